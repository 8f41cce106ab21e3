"""Which language the own-script words of a sentence are in: letters and frequent words first, then the vote."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from langbias.checks.fidelity.lexicon import Lexicon
from langbias.detection import Detector, vote

# What one word with a letter, or one frequent word, of a candidate weighs (log odds), and at most together.
_LETTER = 3.0
_WORD = 1.5
_AT_MOST = 9.0
# The language asked for is likelier than its neighbours before anything is read.
_EXPECTED = 2.5
# A sentence follows the language of the reply as a whole.
_WHOLE = 2.5
# Two words of proof and none against: no vote is needed.
_PROVEN = 2
# Lead that a foreign candidate needs; so few words need proof besides what detectors say.
_LEAD = 1.0
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Opinion:
    """The language of a stretch and whether the evidence carries a verdict."""

    language: str
    sure: bool


def opinion(words: list[str], lexicon: Lexicon, whole: str | None = None, extra: Detector | None = None) -> Opinion:
    """The language of `words` (own script, in order); `whole` is that of the reply, when it is another one."""
    if len(lexicon.candidates) == 1 or not words:
        return Opinion(lexicon.tag, bool(words))
    lower = [word.lower() for word in words]
    if lexicon.variants:
        lower = _keyed(lower, lexicon)
    letters = [sum(not e.letters.isdisjoint(word) for word in lower) if e.letters else 0 for e in lexicon.evidence]
    frequent = [sum(word in e.words for word in lower) for e in lexicon.evidence]
    if lexicon.latin:
        letters[0] = sum(not lexicon.marks.isdisjoint(unicodedata.normalize("NFD", word)) for word in lower)
    if whole is None and not any(letters[1:]) and letters[0] + frequent[0] >= max(frequent[1:]) + _PROVEN:
        return Opinion(lexicon.tag, True)
    prior = [
        min(_AT_MOST, _LETTER * letters[at] + _WORD * frequent[at]) + (_WHOLE if tag == whole else 0.0)
        for at, tag in enumerate(lexicon.candidates)
    ]
    prior[0] += _EXPECTED if whole is None else 0.0
    verdict = vote(" ".join(lower), lexicon.candidates, tuple(prior), extra)
    if verdict.language == lexicon.tag:
        return Opinion(lexicon.tag, True)
    proof = letters[lexicon.candidates.index(verdict.language)] + frequent[lexicon.candidates.index(verdict.language)]
    return Opinion(verdict.language, verdict.lead >= _LEAD and (proof > 0 or len(words) > _SHORT))


def _keyed(words: list[str], lexicon: Lexicon) -> list[str]:
    """The words with letters of another keyboard set right, where that brings out words of the language itself."""
    mended = [word.translate(lexicon.variants) for word in words]
    own = lexicon.evidence[0]
    return mended if any(word in own.words or not own.letters.isdisjoint(word) for word in mended) else words
