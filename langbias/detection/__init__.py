"""Which of a few candidate languages a text is in: several detectors, one scale, the same answer every time.

Each detector is loaded on first use, once per process. Measured behaviour is in reports/validation/fidelity.md.
"""

from langbias.detection.bundled import eldc, langdetect, lingua, py3langid
from langbias.detection.fasttext_model import FastTextModel
from langbias.detection.scale import Detector, Scores
from langbias.detection.voting import Verdict, open_guess, vote, word_odds

__all__ = [
    "Detector",
    "FastTextModel",
    "Scores",
    "Verdict",
    "eldc",
    "langdetect",
    "lingua",
    "open_guess",
    "py3langid",
    "vote",
    "word_odds",
]
