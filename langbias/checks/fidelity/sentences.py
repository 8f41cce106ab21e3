"""Which language the own-script words of a sentence are in: letters and frequent words first, then the vote."""

from __future__ import annotations

import math
from dataclasses import dataclass

from langbias.checks.fidelity.lexicon import Lexicon
from langbias.detection import Detector, vote

# What one word with a letter, or one frequent word, of a candidate weighs (log odds), and at most together.
_LETTER = 3.0
_WORD = 1.5
_AT_MOST = 9.0
# The language asked for is likelier than its neighbours before anything is read.
_EXPECTED = 1.2
# Words that have the shape every word of the language has, and words that do not.
_FITS, _MISFITS, _SHAPE_AT_MOST = 0.6, 0.8, 3.5
# A sentence follows the language of the reply as a whole.
_WHOLE = 2.5
# Two words of proof and none against: no vote is needed.
_PROVEN = 2
# Lead that a foreign candidate needs to be named; more where so few words (more of them when they are all there is)
# are judged, and most where neither a letter nor a frequent word of its own nor lingua speaks for it.
_LEAD = 0.4
_SHORT, _LONE_SHORT = 3, 6
_SHOWN_LEAD = 1.0
_SHORT_LEAD = 3.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """The language of a stretch, whether the evidence carries a verdict, and by how much it leads (log odds)."""

    language: str
    sure: bool
    lead: float = 0.0


def opinion(
    words: list[str], lexicon: Lexicon, whole: str | None = None, extra: Detector | None = None, lone: bool = True
) -> Opinion:
    """The language of `words` (own script, in order); `whole` is that of the reply, when it is another one.

    `lone`: the words are all there is; up to three then need proof besides what detectors say.
    """
    if len(lexicon.candidates) == 1 or not words:
        return Opinion(lexicon.tag, bool(words))
    lower = [word.lower() for word in words]
    if lexicon.variants:
        lower = _keyed(lower, lexicon)
    traces = [lexicon.trace(word) for word in lower]
    letters = [sum(column) for column in zip(*(trace.letters for trace in traces), strict=True)]
    frequent = [sum(column) for column in zip(*(trace.listed for trace in traces), strict=True)]
    proof = letters[0] + (0 if lexicon.marks else sum(trace.only_own for trace in traces))
    ahead = frequent[0] - max(frequent[1:])
    if whole is None and not any(letters[1:]) and proof >= _PROVEN and proof + ahead >= _PROVEN:
        return Opinion(lexicon.tag, True)
    prior = [
        min(_AT_MOST, _LETTER * letters[at] + _WORD * frequent[at]) + (_WHOLE if tag == whole else 0.0)
        for at, tag in enumerate(lexicon.candidates)
    ]
    prior[0] += _EXPECTED if whole is None else 0.0
    if lexicon.word_shape is not None:
        fitting = sum(trace.fits for trace in traces)
        prior[0] += max(-_SHAPE_AT_MOST, min(_SHAPE_AT_MOST, _FITS * fitting - _MISFITS * (len(lower) - fitting)))
    verdict = vote(" ".join(lower), lexicon.candidates, tuple(prior), lexicon.close, extra)
    if verdict.language == lexicon.tag:
        return Opinion(lexicon.tag, True, verdict.lead)
    at = lexicon.candidates.index(verdict.language)
    count = lexicon.count_words(words)
    shown = bool(letters[at]) or any(trace.listed[at] > trace.listed[0] for trace in traces)
    if count > (_LONE_SHORT if lone else _SHORT) or (shown and count > _SHORT):
        needed = _LEAD
    elif shown or (verdict.language in lexicon.close and not (lone and count <= _SHORT)):
        needed = _SHOWN_LEAD
    else:
        needed = math.inf if lone and count <= _SHORT else _SHORT_LEAD
    return Opinion(verdict.language, verdict.lead >= needed)


def _keyed(words: list[str], lexicon: Lexicon) -> list[str]:
    """The words with letters of another keyboard set right, where words or letters of the language alone show it."""
    as_written = [lexicon.trace(word) for word in words]
    if any(any(trace.letters[1:]) for trace in as_written):
        return words
    mended = [word.translate(lexicon.variants) for word in words]
    own = sum(trace.only_own or trace.letters[0] for trace in map(lexicon.trace, mended))
    foreign = sum(any(trace.listed[1:]) and not trace.listed[0] for trace in as_written)
    return mended if own > foreign else words
