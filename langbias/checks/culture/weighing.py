"""What a sentence as a whole makes likely, set beside what the lexicon found in it.

The lexicon knows the words that somebody thought of; weights learned from labelled sentences know which words went
with which advice. Neither is trusted alone: for each type the odds of the weights and the finding of the lexicon are
put together (a stacked generalisation, Wolpert 1992), and the sentence advises the type where the sum is above zero.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from threading import Lock

import numpy as np
import regex
from numpy.typing import NDArray

from langbias.checks.culture.clauses import Clause, CueIndex
from langbias.checks.culture.recommendations import Hit, hits_of
from langbias.packs import LanguagePack
from langbias.packs.advice_types import TYPES
from langbias.packs.advice_weights import EVIDENCE, LONGEST, STATES, AdviceWeights, advice_weights
from langbias.packs.culture import CultureFile
from langbias.types import Span

_TOKEN = regex.compile(r"[\p{L}\p{M}\p{Nd}’]+|[?؟？]")
_DIGIT = regex.compile(r"\p{Nd}")
# A sentence of which nothing is known has only its bias.
_LEAST = np.float32(1e-9)
# No other type counts as less likely than this.
_RIVAL = np.float32(-2.0)
# Characters between two words of advice that stand side by side.
_SIDE_BY_SIDE = 40
_COMMA = regex.compile("[,،，、]")
# What runs on longer without a blank is no word.
_LONGEST_WORD = 30
# Words in a stretch: few sentences learned from are longer.
_STRETCH = 40
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
    return hits if weights is None else weighed(hits, text, pack.culture, cues, weights)


def tokens(text: str, span: Span) -> list[str]:
    """Words and question marks of a span of a folded text, digits made alike."""
    found: list[str] = _TOKEN.findall(text, span.start, span.end)
    return [token if token.isalpha() else _DIGIT.sub("0", token) for token in found if len(token) <= _LONGEST_WORD]


def pieces_of(word: str) -> list[str]:
    """What is looked up for one word: itself and its pieces of 1 to LONGEST characters, blanks around it included."""
    padded = f" {word} "
    sizes = range(1, LONGEST + 1)
    found = [padded, *(padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1))]
    return [piece for piece in dict.fromkeys(found) if piece != " "]


def pairs_of(words: list[str]) -> Iterator[tuple[str, str]]:
    """Neighbouring words of a sentence, its two ends included."""
    return zip(["^", *words], [*words, "$"], strict=True)


class Weigher:
    """The weights of one language at work. A row of the table: the weights of a word or a pair, then its square.

    Row 0 is all zeros; behind it stand the known pairs, then words as they come. Threads may share it.
    """

    def __init__(self, weights: AdviceWeights) -> None:
        self._weights = weights
        self._lock = Lock()
        joined = [piece for piece in weights.pieces if "_" in piece]
        self._pairs = {tuple(pair.split("_")): row for row, pair in enumerate(joined, start=1)}
        self._words: dict[str, int] = {}
        self._table: Floats = np.zeros((1 + len(self._pairs) + _WORDS, weights.bias.size + 1), dtype=np.float32)
        at = [weights.pieces[pair] for pair in joined]
        self._table[1 : 1 + len(at), :-1] = weights.weights[at]
        self._table[1 : 1 + len(at), -1] = weights.squares[at]

    def log_odds(self, text: str, sentences: Sequence[Span]) -> Floats:
        """Log-odds of every head for each of the `sentences` of a folded text, (sentences, heads).

        A word counts once, however often it is said, and of a sentence longer than any learned from the likeliest
        stretch counts: else the odds would grow with the length.
        """
        with self._lock:
            rows, starts, firsts = self._rows_of(text, sentences)
            sums = np.add.reduceat(self._table[rows], starts, axis=0)
        odds = (sums[:, :-1] / np.sqrt(np.maximum(sums[:, -1:], _LEAST)) + self._weights.bias).astype(np.float32)
        return odds if len(starts) == len(firsts) else np.maximum.reduceat(odds, firsts, axis=0)

    def shares(self, text: str, clauses: Sequence[Span]) -> Floats:
        """What each of `clauses` adds to every head, (clauses, heads)."""
        with self._lock:
            rows, starts, firsts = self._rows_of(text, clauses)
            sums = np.add.reduceat(self._table[rows, :-1], starts, axis=0).astype(np.float32)
        return sums if len(starts) == len(firsts) else np.maximum.reduceat(sums, firsts, axis=0)

    def _rows_of(self, text: str, spans: Sequence[Span]) -> tuple[list[int], list[int], list[int]]:
        """Rows of the words and known pairs of each span, where each stretch of it begins, and its first stretch.

        Each stretch begins with the row of zeros, so that none is empty. Words past what the table holds are left out.
        """
        said = [tokens(text, span) for span in spans]
        if sum(map(len, said)) + len(self._words) > _WORDS:
            self._words.clear()
        rows: list[int] = []
        starts: list[int] = []
        firsts: list[int] = []
        known, pairs = self._words.get, self._pairs.get
        for words in said:
            firsts.append(len(starts))
            for at in range(0, max(len(words), 1), _STRETCH):
                stretch = words[at : at + _STRETCH]
                starts.append(len(rows))
                rows.append(0)
                rows += [known(word) or self._learned(word) for word in dict.fromkeys(stretch)]
                rows += dict.fromkeys([row for pair in pairs_of(stretch) if (row := pairs(pair))])
        return rows, starts, firsts

    def _learned(self, word: str) -> int:
        """The row of a word not met before; the row of zeros where the table is full."""
        if len(self._words) == _WORDS:
            return 0
        row = 1 + len(self._pairs) + len(self._words)
        known = self._weights.pieces
        at = [known[piece] for piece in pieces_of(word) if piece in known]
        self._table[row, :-1] = self._weights.weights[at].sum(axis=0)
        self._table[row, -1] = self._weights.squares[at].sum()
        self._words[word] = row
        return row


@lru_cache(maxsize=64)
def weigher(weights: AdviceWeights) -> Weigher:
    """One per language, kept."""
    return Weigher(weights)


def evidence(odds: Floats, states: NDArray[np.intp], joined: NDArray[np.bool_]) -> Floats:
    """What the verdict rests on, (sentences, types, EVIDENCE), from log-odds and what the lexicon found.

    one: 1. advised, named, anything: the heads. lead: how far the type is ahead of the likeliest other one. other: 1
    where the lexicon finds another type advised; joined: 1 where it finds this and the next one advised side by side
    (see `joined_of`). lead_over_rest: the lead over the types that the lexicon does not find advised.
    """
    count = len(TYPES)
    advised = odds[:, :count]
    recommended = states == _STATE["recommend"]
    found = np.ones((*advised.shape, len(EVIDENCE)), dtype=np.float32)
    found[..., 1] = advised
    found[..., 2] = odds[:, count : 2 * count]
    found[..., 3] = odds[:, -1:]
    found[..., 4] = advised - _rivals(advised)
    found[..., 5] = recommended.sum(axis=1, keepdims=True) > recommended
    found[..., 6] = joined
    found[..., 7] = advised - _rivals(np.where(recommended, _RIVAL, advised))
    return found


def _rivals(odds: Floats) -> Floats:
    """For each type the log-odds of the likeliest other one, (sentences, types)."""
    second, first = np.split(np.partition(odds, -2, axis=1)[:, -2:], 2, axis=1)
    return np.maximum(np.where(odds == first, second, first), _RIVAL)


def joined_of(hits: Sequence[Hit], sentences: Sequence[Span], text: str, cues: CueIndex) -> NDArray[np.bool_]:
    """Whether the lexicon's next hit of advice is of another type, an "or", "and" or comma between: (sentences, types).

    Both types are marked.
    """
    starts = [sentence.start for sentence in sentences]
    found = np.zeros((len(sentences), len(TYPES)), dtype=np.bool_)
    for hit, after in pairwise(sorted((hit for hit in hits if hit.polarity == "recommend"), key=lambda hit: hit.span)):
        start, end = hit.span.end, after.span.start
        number = max(bisect_right(starts, hit.span.start) - 1, 0)
        if hit.type == after.type or not 0 <= end - start <= _SIDE_BY_SIDE or end >= sentences[number].end:
            continue
        if _COMMA.search(text, start, end) or cues.joins(start, end):
            found[number, [_AT[hit.type], _AT[after.type]]] = True
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


def weighed(hits: list[Hit], text: str, pack: CultureFile, cues: CueIndex, weights: AdviceWeights) -> list[Hit]:
    """The lexicon's `hits` in the folded reply `text`, put right by the weights: in order, one a sentence and type."""
    sentences = cues.sentences
    if not sentences:
        return hits
    scale = weigher(weights)
    odds = scale.log_odds(text, sentences)
    states, found = states_of(hits, sentences)
    columns = evidence(odds, states, joined_of(hits, sentences, text, cues))
    verdict = np.einsum("nte,nte->nt", columns, weights.verdict[states])
    taken_back = [at for at, hit in found.items() if hit.polarity == "recommend" and verdict[at] <= 0]
    if taken_back:
        denied = states_of([hit for hit in hits if hit.polarity == "discourage"], sentences)[1]
        for place in taken_back:
            found[place] = denied.get(place) or replace(found[place], polarity="mention", conditional=False)
    added: dict[int, list[int]] = defaultdict(list)
    for number, at in np.argwhere((verdict > 0) & (states != _STATE["recommend"])).tolist():
        added[number].append(at)
    for number, kinds in added.items():
        clauses = cues.clauses(number)
        best = scale.shares(text, [Span(clause.start, clause.end) for clause in clauses]).argmax(axis=0)
        for at in kinds:
            known = found.get((number, at))
            spoken = next((c for c in clauses if known and c.start <= known.span.start < c.end), clauses[best[at]])
            span = known.span if known else _trimmed(spoken, text)
            if known is None and _spared(TYPES[at], number, pack, cues):
                continue
            if span and not (spoken.lead in ("avoid", "mention") and spoken.inherits(span)):
                conditional = _on_condition(spoken, clauses, cues, [hit.span for hit in hits])
                opt_in = cues.any("opt_in", spoken.start, spoken.end)
                found[number, at] = Hit(TYPES[at], "recommend", conditional, opt_in, span)
    return sorted(found.values(), key=lambda hit: hit.span)


def _spared(kind: str, number: int, pack: CultureFile, cues: CueIndex) -> bool:
    """Whether sentence `number` holds a false friend of `kind`, which pieces cannot tell from the word itself."""
    return any(block.type == kind and cues.spared(number, at) for at, block in enumerate(pack.recommendation))


def _on_condition(clause: Clause, clauses: list[Clause], cues: CueIndex, named: list[Span]) -> bool:
    """Whether an if stands in the clause, or in the one before it where that names nothing of its own."""
    if cues.any("conditional", clause.start, clause.end):
        return True
    at = clauses.index(clause)
    if at == 0:
        return False
    before = clauses[at - 1]
    alone = not any(before.start <= span.start < before.end for span in named)
    return alone and cues.any("conditional", before.start, before.end)


def _trimmed(clause: Clause, text: str) -> Span | None:
    """The clause without what is no letter at its ends; None where it has none."""
    start, end = clause.start, clause.end
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return Span(start, end) if end > start else None
