"""Words of the pivot language among words of another in Latin script: a two-state Viterbi path over word evidence."""

from __future__ import annotations

import unicodedata

from langbias.checks.fidelity.lexicon import Lexicon, bare
from langbias.detection import word_odds

# Evidence in log odds for the reply's own language.
_MARK = 5.0
_LISTED = 3.0
# Where so many words carry their marks, a word without any is rather not of the language.
_SPELLED, _BARE = 0.4, 1.0
_SHAPE_NO = -2.5
_SHAPE_YES = 0.8
_LINGUA = 0.5
_LINGUA_MOST = 2.0
# A capital inside a sentence is probably a name, which belongs to neither language.
_NAME = 0.15
_SWITCH = 2.2


def pivot_words(words: list[str], lexicon: Lexicon) -> list[bool]:
    """For each word of a sentence, whether it is of the pivot language."""
    odds = [_odds(word, at, lexicon) for at, word in enumerate(words)]
    if sum(value == _MARK for value in odds) >= _SPELLED * len(odds):
        odds = [value - _BARE if value < _LISTED else value for value in odds]
    own, pivot = 0.0, -1.0
    back: list[tuple[bool, bool]] = []
    for value in odds:
        from_own, from_pivot = pivot - _SWITCH > own, own - _SWITCH > pivot
        back.append((from_own, not from_pivot))
        own, pivot = max(own, pivot - _SWITCH) + value / 2, max(pivot, own - _SWITCH) - value / 2
    state = pivot > own
    path = []
    for was_pivot_if_own, was_pivot_if_pivot in reversed(back):
        path.append(state)
        state = was_pivot_if_pivot if state else was_pivot_if_own
    return path[::-1]


def _odds(word: str, at: int, lexicon: Lexicon) -> float:
    lower = word.lower().replace("’", "'")
    if not lexicon.marks.isdisjoint(unicodedata.normalize("NFD", lower)):
        return _MARK
    own = lower in lexicon.common or bare(lower) in lexicon.folded
    pivot = lexicon.pivot.has(lower)
    capital = word[0].isupper() and at > 0 and lower not in lexicon.pivot.function_words
    value = _LISTED * (own - pivot)
    if own == pivot:
        spoken = _LINGUA * word_odds(lower, lexicon.tag, lexicon.pivot.tag)
        value += max(-_LINGUA_MOST, min(_LINGUA_MOST, spoken))
    if lexicon.word_shape is not None and not own:
        value += _SHAPE_YES if lexicon.word_shape.fullmatch(bare(lower)) else _SHAPE_NO
    return value * _NAME if capital else value
