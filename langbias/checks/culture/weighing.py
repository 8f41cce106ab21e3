"""What a sentence as a whole makes likely, set beside what the lexicon found in it.

The lexicon knows the words that somebody thought of; weights learned from labelled sentences know which words went
with which advice. Neither is trusted alone: for each type the odds of the weights and the finding of the lexicon are
put together (a stacked generalisation, Wolpert 1992), and the sentence advises the type where the sum is above zero.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

from langbias.checks.culture.clauses import Clause, CueIndex
from langbias.checks.culture.recommendations import Hit, hits_of
from langbias.packs import LanguagePack
from langbias.packs.advice_types import TYPES
from langbias.packs.advice_weights import EVIDENCE, LONGEST, STATES, AdviceWeights, advice_weights
from langbias.types import Span

# Longer words are no words: their first letters do.
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{Nd}’]{1,40}|[?؟？]")
_DIGIT = regex.compile(r"\p{Nd}")
# A sentence of which nothing is known has only its bias.
_LEAST = np.float32(1e-9)
# No other type counts as less likely than this.
_RIVAL = np.float32(-2.0)
# Words kept with their weights worked out; a flood of others starts the table anew.
_WORDS = 20_000
_AT = {kind: at for at, kind in enumerate(TYPES)}
_STATE = {state: at for at, state in enumerate(STATES)}
_ORDER = {"recommend": 0, "discourage": 1, "mention": 2}
Floats = NDArray[np.float32]


def advice_of(text: str, pack: LanguagePack, cues: CueIndex) -> list[Hit]:
    """Advice in the folded reply `text`, in order: the lexicon's hits, weighed where the pack has weights."""
    hits = hits_of(text, pack.culture, cues)
    weights = advice_weights(pack.language.tag)
    return hits if weights is None else weighed(hits, text, cues, weights)


def tokens(text: str, span: Span) -> list[str]:
    """Words and question marks of a span of a folded text, digits made alike."""
    found: list[str] = _TOKEN.findall(text, span.start, span.end)
    return [_DIGIT.sub("0", token) if not token.isalpha() else token for token in found]


def pieces_of(word: str) -> Iterator[str]:
    """What is looked up for one word: itself and its pieces of 1 to LONGEST characters, blanks around it included."""
    padded = f" {word} "
    yield padded
    for size in range(1, LONGEST + 1):
        for at in range(len(padded) - size + 1):
            if size > 1 or padded[at] != " ":
                yield padded[at : at + size]


def pairs_of(words: list[str]) -> list[str]:
    """Neighbouring words of a sentence, its two ends included."""
    return list(map("_".join, zip(["^", *words], [*words, "$"], strict=True)))


class Weigher:
    """The weights of one language at work. A row of the table: the weights of a word or a pair, then its square.

    Row 0 is all zeros; behind it stand the known pairs, then words as they come.
    """

    def __init__(self, weights: AdviceWeights) -> None:
        self._weights = weights
        self._pairs = {p: row for row, p in enumerate((p for p in weights.pieces if "_" in p), start=1)}
        self._words: dict[str, int] = {}
        self._table: Floats = np.zeros((1 + len(self._pairs) + _WORDS, weights.bias.size + 1), dtype=np.float32)
        for pair, row in self._pairs.items():
            self._fill(row, (pair,))

    def log_odds(self, text: str, sentences: Sequence[Span]) -> Floats:
        """Log-odds of every head for each of the `sentences` of a folded text, (sentences, heads)."""
        rows, starts = self._rows_of(text, sentences)
        sums = np.add.reduceat(self._table[rows], starts, axis=0)
        return (sums[:, :-1] / np.sqrt(np.maximum(sums[:, -1:], _LEAST)) + self._weights.bias).astype(np.float32)

    def strongest(self, text: str, clauses: Sequence[Span], head: int) -> int:
        """Which of `clauses` speaks most for the head."""
        rows, starts = self._rows_of(text, clauses)
        return int(np.argmax(np.add.reduceat(self._table[rows, head], starts)))

    def _rows_of(self, text: str, spans: Sequence[Span]) -> tuple[list[int], list[int]]:
        """Rows of the words and known pairs of each span, and where each span's begin; good until the next call.

        Each begins with the row of zeros, so that none is empty. Words past what the table holds are left out.
        """
        said = [tokens(text, span) for span in spans]
        if sum(map(len, said)) + len(self._words) > _WORDS:
            self._words.clear()
        rows: list[int] = []
        starts: list[int] = []
        known, pairs = self._words.get, self._pairs.get
        for words in said:
            starts.append(len(rows))
            rows.append(0)
            before = "^"
            for word in words:
                row = known(word) or self._learned(word)
                rows.append(row)
                row = pairs(f"{before}_{word}", 0)
                if row:
                    rows.append(row)
                before = word
            row = pairs(f"{before}_$", 0)
            if row:
                rows.append(row)
        return rows, starts

    def _learned(self, word: str) -> int:
        """The row of a word not met before; the row of zeros where the table is full."""
        row = 1 + len(self._pairs) + len(self._words)
        if len(self._words) == _WORDS:
            return 0
        self._words[word] = row
        self._fill(row, pieces_of(word))
        return row

    def _fill(self, row: int, pieces: Iterable[str]) -> None:
        at = [self._weights.pieces[piece] for piece in pieces if piece in self._weights.pieces]
        self._table[row, :-1] = self._weights.weights[at].sum(axis=0)
        self._table[row, -1] = self._weights.squares[at].sum()


@lru_cache(maxsize=64)
def weigher(weights: AdviceWeights) -> Weigher:
    """One per language, kept."""
    return Weigher(weights)


def evidence(odds: Floats, states: NDArray[np.intp]) -> Floats:
    """What the verdict rests on, (sentences, types, EVIDENCE), from log-odds and the lexicon's states.

    one: 1. advised, named, anything: the heads. lead: how far the type is ahead of the likeliest other one. other: 1
    where the lexicon finds another type advised.
    """
    count = len(TYPES)
    advised = odds[:, :count]
    every, first = np.arange(len(advised)), advised.argmax(axis=1)
    others = advised.copy()
    others[every, first] = _RIVAL
    rival = np.maximum(np.repeat(advised[every, first, None], count, axis=1), _RIVAL)
    rival[every, first] = others.max(axis=1)
    recommended = states == _STATE["recommend"]
    found = np.ones((*advised.shape, len(EVIDENCE)), dtype=np.float32)
    found[..., 1] = advised
    found[..., 2] = odds[:, count : 2 * count]
    found[..., 3] = odds[:, -1:]
    found[..., 4] = advised - rival
    found[..., 5] = recommended.sum(axis=1, keepdims=True) > recommended
    return found


def states_of(hits: Sequence[Hit], sentences: Sequence[Span]) -> tuple[NDArray[np.intp], dict[tuple[int, int], Hit]]:
    """The lexicon's states, (sentences, types), and the hit behind each by (sentence, type)."""
    starts = [sentence.start for sentence in sentences]
    found: dict[tuple[int, int], Hit] = {}
    for hit in sorted(hits, key=lambda hit: (_ORDER[hit.polarity], hit.span)):
        found.setdefault((max(bisect_right(starts, hit.span.start) - 1, 0), _AT[hit.type]), hit)
    states = np.zeros((len(sentences), len(TYPES)), dtype=np.intp)
    for place, hit in found.items():
        states[place] = _STATE[hit.polarity]
    return states, found


def weighed(hits: list[Hit], text: str, cues: CueIndex, weights: AdviceWeights) -> list[Hit]:
    """The lexicon's `hits` in the folded reply `text`, put right by the weights: in order, one a sentence and type."""
    sentences = cues.sentences
    if not sentences:
        return hits
    scale = weigher(weights)
    odds = scale.log_odds(text, sentences)
    states, found = states_of(hits, sentences)
    verdict = np.einsum("nte,nte->nt", evidence(odds, states), weights.verdict[states])
    for number, at in np.argwhere(verdict > 0).tolist():
        hit = found.get((number, at))
        if hit is None or hit.polarity != "recommend":
            advised = _advised(hit, TYPES[at], number, text, cues, scale)
            if advised is not None:
                found[number, at] = advised
    for (number, at), hit in found.items():
        if hit.polarity == "recommend" and verdict[number, at] <= 0:
            found[number, at] = replace(hit, polarity="mention", conditional=False)
    return sorted(found.values(), key=lambda hit: hit.span)


def _advised(hit: Hit | None, kind: str, number: int, text: str, cues: CueIndex, scale: Weigher) -> Hit | None:
    """Advice of `kind` that the lexicon did not see as advice; none under a heading over things not to do."""
    clauses = cues.clauses(number)
    if hit is not None:
        clause = cues.clause_at(hit.span.start) or clauses[0]
    else:
        clause = clauses[scale.strongest(text, [Span(c.start, c.end) for c in clauses], _AT[kind])]
    if clause.lead in ("avoid", "mention"):
        return None
    conditional = cues.any("conditional", clause.start, clause.end)
    opt_in = cues.any("opt_in", clause.start, clause.end)
    return Hit(kind, "recommend", conditional, opt_in, hit.span if hit else _trimmed(clause, text))


def _trimmed(clause: Clause, text: str) -> Span:
    start, end = clause.start, clause.end
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return Span(start, end)
