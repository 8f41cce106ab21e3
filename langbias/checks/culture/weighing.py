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
from langbias.packs.advice_weights import LONGEST, STATES, AdviceWeights, advice_weights
from langbias.types import Span

# Longer words are no words: their first letters do.
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{Nd}’]{1,40}|[?؟？]")
_DIGIT = regex.compile(r"\p{Nd}")
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


def tokens(sentence: str) -> list[str]:
    """Words and question marks of a folded sentence, digits made alike."""
    found: list[str] = _TOKEN.findall(_DIGIT.sub("0", sentence))
    return found


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

    The known pairs stand first, then words as they come.
    """

    def __init__(self, weights: AdviceWeights) -> None:
        self._weights = weights
        self._pairs = {p: row for row, p in enumerate(p for p in weights.pieces if "_" in p)}
        self._words: dict[str, int] = {}
        self._table: Floats = np.zeros((len(self._pairs) + _WORDS, weights.bias.size + 1), dtype=np.float32)
        for pair, row in self._pairs.items():
            self._fill(row, (pair,))

    def log_odds(self, sentences: Sequence[str]) -> Floats:
        """Log-odds of every head, (sentences, heads)."""
        sums = np.zeros((len(sentences), self._table.shape[1]), dtype=np.float32)
        for at, sentence in enumerate(sentences):
            sums[at] = self._table[self._rows_of(sentence)].sum(axis=0)
        return (sums[:, :-1] / np.sqrt(np.maximum(sums[:, -1:], 1e-9)) + self._weights.bias).astype(np.float32)

    def strongest(self, clauses: Sequence[str], head: int) -> int:
        """Which of `clauses` speaks most for the head."""
        return int(np.argmax([self._table[self._rows_of(clause), head].sum() for clause in clauses]))

    def _rows_of(self, sentence: str) -> list[int]:
        """Rows of a sentence's words and known pairs, good until the next call."""
        words = tokens(sentence)[:_WORDS]
        known = self._words
        if len(known) + len(words) > _WORDS:
            known.clear()
        found = []
        for word in words:
            row = known.get(word)
            if row is None:
                row = known[word] = len(self._pairs) + len(known)
                self._fill(row, pieces_of(word))
            found.append(row)
        pairs = self._pairs
        found += [pairs[pair] for pair in pairs_of(words) if pair in pairs]
        return found

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
    best = np.partition(advised, -2, axis=1)[:, -2:]
    rival = np.where(advised == best[:, 1:], best[:, :1], best[:, 1:])
    recommended = states == _STATE["recommend"]
    other = recommended.sum(axis=1, keepdims=True) - recommended > 0
    anything = np.broadcast_to(odds[:, -1:], advised.shape)
    lead = advised - np.maximum(rival, -2.0)
    columns = (np.ones_like(advised), advised, odds[:, count : 2 * count], anything, lead, other)
    return np.stack(columns, axis=2).astype(np.float32)


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
    odds = scale.log_odds([text[span.start : span.end] for span in sentences])
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
        clause = clauses[scale.strongest([text[c.start : c.end] for c in clauses], _AT[kind])]
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
