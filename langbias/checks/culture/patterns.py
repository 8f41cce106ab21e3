"""Many patterns over one text, fast: each runs only where a piece of text that it cannot do without occurs.

A pack has some 2,000 alternatives and a sentence reaches a few dozen of them. One pass (Aho-Corasick) finds the pieces
of all of them; a pattern whose matches all begin with known words is tried at those words alone, any other runs over
the sentences that hold a piece of it. Matches stay inside a sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

import ahocorasick_rs
import regex

from langbias.needed import branches_of, needed, openings
from langbias.rules import LENGTH_LIMIT, TIME_LIMIT_S, find_all, pattern_of
from langbias.types import Span

# A pattern with more pieces than this runs everywhere.
_PIECE_LIMIT = 2000
# Openings this short stand all over a text: looking for a longer piece inside is cheaper, if there is one.
_SHORT = 3
# One pattern is tried at no more places of one sentence than this; a flood of them is searched in one go.
_TRIES = 32
_ANYWHERE = -1

T = TypeVar("T")
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


class Bank:
    """The patterns of several names, looked for in one pass. Patterns are compiled on first use."""

    __slots__ = (
        "_always",
        "_automaton",
        "_boundary",
        "_compiled",
        "_inside",
        "_opened",
        "_opened_words",
        "names",
        "sources",
    )

    def __init__(self, groups: Mapping[str, Sequence[str]], boundary: str = "none") -> None:
        """`groups`: patterns by name; `boundary` as in `rules`, for all of them."""
        self._boundary = boundary
        self.names: list[str] = []
        self.sources: list[str] = []
        opened: _Owners = defaultdict(list)
        inside: _Owners = defaultdict(list)
        self._always: list[int] = []
        for name, patterns in groups.items():
            for source in (branch for pattern in patterns for branch in branches_of(pattern)):
                self._enter(name, source, opened, inside)
        pieces = sorted({*opened, *inside})
        first_of_word = frozenset(at for at, source in enumerate(self.sources) if self._opens_word(source))
        self._opened = [tuple(at for at in opened.get(piece, ()) if at not in first_of_word) for piece in pieces]
        self._opened_words = [tuple(at for at in opened.get(piece, ()) if at in first_of_word) for piece in pieces]
        self._inside = [tuple(inside.get(piece, ())) for piece in pieces]
        self._compiled: list[regex.Pattern[str] | None] = [None] * len(self.sources)
        self._automaton = ahocorasick_rs.AhoCorasick(pieces) if pieces else None

    def _opens_word(self, source: str) -> bool:
        """Whether no match of `source` begins behind a letter."""
        begins = openings(source) or ()
        return self._boundary != "none" or (source.startswith(r"\b") and all(word[0].isalnum() for word in begins))

    def _enter(self, name: str, source: str, opened: _Owners, inside: _Owners) -> None:
        at = len(self.sources)
        self.names.append(name)
        self.sources.append(source)
        begins, holds = openings(source), needed(source, _PIECE_LIMIT)
        if begins and holds and min(map(len, begins)) < min(_SHORT, min(map(len, holds))):
            begins = None
        for piece in begins or holds or ():
            (opened if begins else inside)[piece].append(at)
        if not (begins or holds):
            self._always.append(at)

    def pattern(self, at: int) -> regex.Pattern[str]:
        """The compiled pattern number `at`. Raises regex.error on a bad one."""
        found = self._compiled[at]
        if found is None:
            found = pattern_of((self.sources[at],), literal=False, boundary=self._boundary, ignore_case=False)
            self._compiled[at] = found
        return found

    def places(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """(pattern number, where one of its pieces stands, whether its match begins there), in no order."""
        if self._automaton is None:
            return
        for piece, start, _ in self._automaton.find_matches_as_indexes(text[:LENGTH_LIMIT], overlapping=True):
            for at in self._opened[piece]:
                yield at, start, True
            if not (start and text[start - 1].isalpha()):
                for at in self._opened_words[piece]:
                    yield at, start, True
            for at in self._inside[piece]:
                yield at, start, False

    @property
    def always(self) -> Sequence[int]:
        """Numbers of the patterns that no piece announces."""
        return self._always


class Scan:
    """Matches of a bank in one text, by sentence and name, searched for when asked for."""

    __slots__ = ("_bank", "_found", "_open", "_sentences", "_text")

    def __init__(self, bank: Bank, text: str, sentences: Sequence[Span]) -> None:
        self._bank, self._text, self._sentences = bank, text, sentences
        self._found: dict[tuple[int, str], list[Span]] = {}
        # (sentence, name) -> what is still to be tried there
        self._open: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
        starts = [sentence.start for sentence in sentences]
        names = bank.names
        for at, place, begins in bank.places(text) if sentences else ():
            number = bisect_right(starts, place) - 1
            if number >= 0:
                self._open[number, names[at]].append((at, place if begins else _ANYWHERE))
        for at in bank.always:
            for number in range(len(sentences)):
                self._open[number, names[at]].append((at, _ANYWHERE))

    def names(self) -> list[tuple[int, str]]:
        """(sentence, name) of all that may match."""
        return list(self._open)

    def of(self, number: int, name: str) -> list[Span]:
        """Matches of `name` in sentence `number`, sorted; those of two patterns may overlap."""
        key = number, name
        found = self._found.get(key)
        if found is None:
            asked = self._open.get(key)
            found = self._found[key] = self._search(number, asked) if asked else []
        return found

    def _search(self, number: int, asked: list[tuple[int, int]]) -> list[Span]:
        text, end = self._text, self._sentences[number].end
        found: set[tuple[int, int]] = set()
        for at, places in _by_pattern(asked).items():
            pattern = self._bank.pattern(at)
            if places[0] == _ANYWHERE or len(places) > _TRIES:
                hits = pattern.finditer(text, self._sentences[number].start, end, timeout=TIME_LIMIT_S)
                found.update(match.span() for match in hits)
                continue
            done = 0
            for place in places:
                match = pattern.match(text, place, end, timeout=TIME_LIMIT_S) if place >= done else None
                if match:
                    done = match.end()
                    found.add(match.span())
        return [Span(*span) for span in sorted(found) if span[1] > span[0]]


def _by_pattern(asked: list[tuple[int, int]]) -> dict[int, list[int]]:
    """Pattern number -> its places, each once, in order."""
    if len(asked) == 1:
        return {asked[0][0]: [asked[0][1]]}
    found: dict[int, list[int]] = defaultdict(list)
    for at, place in sorted(set(asked)):
        found[at].append(place)
    return found


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
