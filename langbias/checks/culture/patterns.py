"""Many patterns over one text, fast: each runs only where a piece of text that it cannot do without occurs.

A pack has some 3,000 alternatives and a sentence reaches a few dozen of them. One pass (Aho-Corasick) finds the pieces
of all of them; a pattern whose matches all begin with known words is tried at those words alone, any other runs over
the sentences that hold a piece of it. Without known pieces it runs over every sentence. One that begins with "\\G"
is tried at the start of each sentence. Matches stay inside a sentence. Where two engines say the same, the quicker
one searches.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar, cast

import ahocorasick_rs
import regex

from langbias.checks.culture.engines import LOOKS_BACK, alike, is_tame, quick_of
from langbias.needed import branches_of, needed, openings
from langbias.rules import LENGTH_LIMIT, TIME_LIMIT_S, find_all, pattern_of
from langbias.types import Span

# A pattern with more pieces than this runs everywhere.
_PIECE_LIMIT = 2000
# Openings this short stand all over a text: looking for a longer piece inside is cheaper, if there is one.
_SHORT_PIECE = 5
# One pattern is tried at no more places of one sentence than this; a flood of them is searched in one go.
_TRIES = 32
_ANYWHERE = -1
_AT_START = r"\G"
# The clock of a time limit costs five times the match. In a sentence this short a pattern not known to run long goes
# without (see `is_tame`).
_SHORT_SENTENCE = 400
# Kinds of sentences: longer than that; short; short and of characters that both engines read alike.
_LONG, _SHORT, _PLAIN = range(3)
_LIMITED = {"timeout": TIME_LIMIT_S}

T = TypeVar("T")
N = TypeVar("N", bound=Hashable)
# Numbers of the patterns searched for at once; numbers and names of the lazy ones.
Announced = tuple[tuple[int, ...], tuple[tuple[int, N], ...]]
# Piece -> numbers of the patterns that it announces.
_Owners = dict[str, list[int]]


class Same(Generic[T]):
    """A key for caches: equal only to a key of the very same object, whose parts are never looked at."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


@dataclass(frozen=True, slots=True)
class Group(Generic[N]):
    """Patterns by name; `boundary` as in `rules`, for all of them; `lazy`: searched for by name, when asked for."""

    patterns: Mapping[N, Sequence[str]]
    boundary: str = "none"
    lazy: bool = False


class Bank(Generic[N]):
    """The patterns of several groups, looked for in one pass. Patterns are compiled on first use."""

    __slots__ = (
        "_always",
        "_automaton",
        "_boundaries",
        "_compiled",
        "lazy",
        "names",
        "pieces",
        "sources",
    )

    def __init__(self, *groups: Group[N]) -> None:
        self.names: list[N] = []
        self.sources: list[str] = []
        self._boundaries: list[str] = []
        lazy: set[int] = set()
        opened: _Owners = defaultdict(list)
        inside: _Owners = defaultdict(list)
        self._always: list[int] = []
        for group in groups:
            for name, patterns in group.patterns.items():
                for source in (branch for pattern in patterns for branch in branches_of(pattern)):
                    self.names.append(name)
                    self.sources.append(source)
                    self._boundaries.append(group.boundary)
                    at = len(self.sources) - 1
                    self._enter(at, opened, inside)
                    if group.lazy:
                        lazy.add(at)
        pieces = sorted({*opened, *inside})
        first_of_word = frozenset(at for at in range(len(self.sources)) if self._opens_word(at))
        self.lazy = frozenset(lazy)

        def announced(numbers: Sequence[int]) -> Announced[N]:
            return (
                tuple(at for at in numbers if at not in lazy),
                tuple((at, self.names[at]) for at in numbers if at in lazy),
            )

        # What each piece announces: what begins with it anywhere, at the start of a word, and what holds it.
        self.pieces = [
            (
                announced([at for at in opened.get(piece, ()) if at not in first_of_word]),
                announced([at for at in opened.get(piece, ()) if at in first_of_word]),
                announced(inside.get(piece, ())),
            )
            for piece in pieces
        ]
        # by kind of sentence and number
        self._compiled: tuple[dict[int, tuple[regex.Pattern[str], bool]], ...] = ({}, {}, {})
        self._automaton = ahocorasick_rs.AhoCorasick(pieces) if pieces else None

    def _opens_word(self, at: int) -> bool:
        """Whether no match of pattern number `at` begins behind a letter."""
        source = self.sources[at]
        if self._boundaries[at] != "none":
            return True
        return source.startswith(r"\b") and all(word[0].isalnum() for word in openings(source) or ())

    def _enter(self, at: int, opened: _Owners, inside: _Owners) -> None:
        source = self.sources[at]
        if source.startswith(_AT_START):
            self._always.append(at)  # what it looks back at may stand before the sentence
            return
        begins, holds = openings(source), needed(source, _PIECE_LIMIT)
        if begins and holds and min(map(len, begins)) < min(_SHORT_PIECE, min(map(len, holds))):
            begins = None
        for piece in begins or holds or ():
            (opened if begins else inside)[piece].append(at)
        if not (begins or holds):
            self._always.append(at)

    def pattern(self, at: int, kind: int) -> tuple[regex.Pattern[str], bool]:
        """Pattern number `at` for sentences of `kind`, and whether it goes without a time limit.

        Raises regex.error on a bad one.
        """
        found = self._compiled[kind].get(at)
        if found is None:
            found = self._compiled[kind][at] = self._compile(at, kind)
        return found

    def _compile(self, at: int, kind: int) -> tuple[regex.Pattern[str], bool]:
        source, boundary = self.sources[at], self._boundaries[at]
        free = kind != _LONG and is_tame(source)
        quick = quick_of(source, boundary) if free and kind == _PLAIN else None
        if quick:
            return cast("regex.Pattern[str]", quick), True
        others = (self._compiled[other].get(at) for other in (_LONG, _SHORT))
        known = next((found[0] for found in others if found), None)
        return known or pattern_of((source,), literal=False, boundary=boundary, ignore_case=False), free

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """(piece, where it begins, where it ends) of all pieces in `text`, overlapping ones too, in no order."""
        if self._automaton is None:
            return []
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            text[:LENGTH_LIMIT], overlapping=True
        )
        return found

    @property
    def always(self) -> Sequence[int]:
        """Numbers of the patterns that no piece announces."""
        return self._always


class Scan(Generic[N]):
    """Matches of a bank in one text, by sentence and name."""

    __slots__ = ("_at_once", "_bank", "_found", "_open", "_plain", "_sentences", "_text")

    def __init__(self, bank: Bank[N], text: str, sentences: Sequence[Span]) -> None:
        self._bank, self._text, self._sentences = bank, text, sentences
        self._plain = alike(text)
        # sentence -> name -> what of the lazy patterns is still to be tried there
        self._open: list[dict[N, list[tuple[int, int]]]] = [defaultdict(list) for _ in sentences]
        at_once: list[list[tuple[int, int]]] = [[] for _ in sentences]
        starts = [sentence.start for sentence in sentences]
        pieces = bank.pieces
        for piece, place, _ in bank.matches(text) if sentences else ():
            number = bisect_right(starts, place) - 1
            if number < 0:
                continue
            anywhere, of_word, inside = pieces[piece]
            now, later = at_once[number], self._open[number]
            for at in anywhere[0]:
                now.append((at, place))
            for at, name in anywhere[1]:
                later[name].append((at, place))
            if (of_word[0] or of_word[1]) and not (place and text[place - 1].isalpha()):
                for at in of_word[0]:
                    now.append((at, place))
                for at, name in of_word[1]:
                    later[name].append((at, place))
            for at in inside[0]:
                now.append((at, _ANYWHERE))
            for at, name in inside[1]:
                later[name].append((at, _ANYWHERE))
        for at in bank.always:
            first_only = bank.sources[at].startswith(_AT_START)
            for sentence, now, later in zip(sentences, at_once, self._open, strict=True):
                asked = later[bank.names[at]] if at in bank.lazy else now
                asked.append((at, sentence.start if first_only else _ANYWHERE))
        self._found = [
            self._search(sentence, asked) if asked else {} for sentence, asked in zip(sentences, at_once, strict=True)
        ]
        self._at_once = [
            (number, name, spans) for number, names in enumerate(self._found) for name, spans in names.items()
        ]

    @property
    def at_once(self) -> Sequence[tuple[int, N, list[Span]]]:
        """(sentence, name, its matches) of all that is not lazy, by sentence."""
        return self._at_once

    def of(self, number: int, name: N) -> list[Span]:
        """Matches of `name` in sentence `number`, sorted; those of two patterns may overlap."""
        if number >= len(self._found):
            return []
        asked = self._open[number].pop(name, None)
        if asked:
            self._found[number].update(self._search(self._sentences[number], asked))
        return self._found[number].get(name, [])

    def _kind(self, start: int, end: int) -> int:
        if end - start > _SHORT_SENTENCE:
            return _LONG
        return _PLAIN if self._plain or alike(self._text[max(0, start - LOOKS_BACK) : end]) else _SHORT

    def _search(self, sentence: Span, asked: list[tuple[int, int]]) -> dict[N, list[Span]]:
        """Matches by name of the patterns `asked` for at these places of `sentence`, where there are any."""
        text, start, end = self._text, sentence.start, sentence.end
        kind = self._kind(start, end)
        found: dict[N, set[tuple[int, int]]] = {}
        before, done, tries = -1, start, 0
        for at, place in sorted(asked):
            if at != before:
                before, done, tries = at, start, 0
                pattern, free = self._bank.pattern(at, kind)
            if done == end or (place < done and place != _ANYWHERE):
                continue
            tries += 1
            if place == _ANYWHERE or tries > _TRIES:
                run = pattern.finditer(text, done, end) if free else pattern.finditer(text, done, end, **_LIMITED)
                spans = [match.span() for match in run if match.end() > match.start()]
                done = end
            else:
                match = pattern.match(text, place, end) if free else pattern.match(text, place, end, **_LIMITED)
                if not match or match.end() == place:
                    continue
                done = match.end()
                spans = [match.span()]
            if spans:
                found.setdefault(self._bank.names[at], set()).update(spans)
        return {name: [Span(*span) for span in sorted(spans)] for name, spans in found.items()}


@lru_cache(maxsize=16384)
def _prepared(pattern: str, boundary: str) -> tuple[regex.Pattern[str], tuple[str, ...]]:
    compiled = pattern_of((pattern,), literal=False, boundary=boundary, ignore_case=False)
    return compiled, tuple(sorted(needed(pattern) or ()))


@lru_cache(maxsize=4096)
def _all_prepared(patterns: tuple[str, ...], boundary: str) -> tuple[tuple[regex.Pattern[str], tuple[str, ...]], ...]:
    return tuple(_prepared(pattern, boundary) for pattern in patterns)


def spans_of(patterns: tuple[str, ...], text: str, boundary: str = "none") -> list[Span]:
    """Matches of each of `patterns` in `text`, sorted; those of two patterns may overlap. `boundary` as in `rules`."""
    found: list[Span] = []
    for compiled, pieces in _all_prepared(patterns, boundary):
        for piece in pieces:
            if piece in text:
                break
        else:
            if pieces:
                continue
        found += find_all(compiled, text)
    return sorted(set(found)) if len(found) > 1 else found
