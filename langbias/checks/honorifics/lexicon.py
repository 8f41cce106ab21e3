"""The words and patterns of a pack's markers, ready to look up in a text.

Most alternatives of the markers are single words, or patterns of one. A text has few different words, so each word is
read once and remembered. The patterns that look beyond a word run only where a piece that they need occurs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

import regex

from langbias import rules
from langbias.needed import openings
from langbias.packs.honorifics import Marker
from langbias.types import Span

_WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}\u200c\u200d_]+")
_LETTER = regex.compile(r"[\p{L}\p{M}\p{Nd}\u200c\u200d_]")
# A pattern that can match nothing but (part of) one word, and looks at nothing around it.
_OF_ONE_WORD = regex.compile(
    r"(?:[\p{L}\p{M}\p{Nd}\u200c|)?*+]|\((?:\?:|\?-i:|\?<[=!])?|\\p\{(?:L|Ll|Lu|M)\}|\{\d+(?:,\d*)?\}|\[[\p{L}\p{M}]+\])+"
)
# Longer runs of letters are no words of a language; they are read without being remembered.
_WORD_LENGTH = 64
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class _Search:
    """A pattern with the pieces of which a text must hold one for it to match.

    `begins`: texts in lower case, with one of which every match begins, at the start of a word; empty where not known.
    """

    pattern: regex.Pattern[str]
    pieces: tuple[str, ...]
    ignore_case: bool
    begins: tuple[str, ...]

    def find(self, text: str, lowered: str) -> list[Span]:
        """Matches in `text`; `lowered` is the text in lower case."""
        within = lowered if self.ignore_case else text
        # map, not a loop: this is asked some fifty times for every reply.
        if self.pieces and not any(map(within.__contains__, self.pieces)):
            return []
        return rules.find_all(self.pattern, text)


@dataclass(frozen=True, slots=True)
class _Wording:
    """What a marker matches, or what it spares: patterns of one word, and searches that look further."""

    of_word: regex.Pattern[str] | None
    searches: tuple[_Search, ...]

    def fits(self, word: str) -> bool:
        return self.of_word is not None and bool(self.of_word.fullmatch(word, timeout=rules.TIME_LIMIT_S))


def _wording(alternatives: Iterable[str], boundary: str, *, literal: bool, ignore_case: bool) -> _Wording:
    of_word: list[str] = []
    further: list[str] = []
    for words in alternatives:
        simple = boundary == "word" and (_WORD if literal else _OF_ONE_WORD).fullmatch(words)
        (of_word if simple else further).append(words)
    flags = regex.VERSION1 | (regex.IGNORECASE if ignore_case else 0)
    pattern = regex.compile("|".join(f"(?:{words})" for words in of_word), flags) if of_word else None
    return _Wording(pattern, _searches(further, boundary, literal=literal, ignore_case=ignore_case))


def _searches(alternatives: list[str], boundary: str, *, literal: bool, ignore_case: bool) -> tuple[_Search, ...]:
    """One search for each alternative that needs some piece of text, one for all others together."""
    alone: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    always = []
    for words in alternatives:
        pieces = rules.pieces_of((words,), literal=literal, ignore_case=ignore_case)
        if pieces:
            alone.append(((words,), pieces))
        else:
            always.append(words)
    if always:
        alone.append((tuple(always), ()))
    return tuple(_search(words, pieces, boundary, literal, ignore_case) for words, pieces in alone)


@lru_cache(maxsize=4096)
def _search(
    words: tuple[str, ...], pieces: tuple[str, ...], boundary: str, literal: bool, ignore_case: bool
) -> _Search:
    """One search for all who ask for the same words, so that what it found in a text serves them all."""
    pattern = rules.pattern_of(words, literal=literal, boundary=boundary, ignore_case=ignore_case)
    return _Search(pattern, pieces, ignore_case, () if boundary == "none" else _beginnings(words, literal))


def _beginnings(alternatives: tuple[str, ...], literal: bool) -> tuple[str, ...]:
    found: set[str] = set()
    for words in alternatives:
        begins = {words} if literal else openings(words)
        if begins is None:
            return ()
        found |= {text.lower() for text in begins}
    return tuple(found)


@lru_cache(maxsize=1024)
def _spared(unless: tuple[str, ...]) -> _Wording:
    return _wording(unless, "word", literal=False, ignore_case=True)


def without_spared(found: list[tuple[Marker, Span]], text: str) -> list[tuple[Marker, Span]]:
    """`found` but for the hits that share a character with a match of their marker's `unless`. Raises TimeoutError."""
    lowered = text.lower()
    seen: dict[int, list[Span]] = {}
    for marker in {id(marker): marker for marker, _ in found if marker.unless}.values():
        wording = _spared(marker.unless)
        spared: list[Span] = []
        for search in wording.searches:
            if id(search) not in seen:
                seen[id(search)] = search.find(text, lowered)
            spared += seen[id(search)]
        found = [
            (m, span)
            for m, span in found
            if m is not marker or not (_touches(span, spared) or _holds_word(span, text, wording))
        ]
    return found


def _holds_word(span: Span, text: str, wording: _Wording) -> bool:
    """Whether one of the words that `span` touches fits `wording`."""
    if wording.of_word is None:
        return False
    start = span.start
    while start > max(0, span.start - _WORD_LENGTH) and _LETTER.match(text, start - 1):
        start -= 1
    words = _WORD.finditer(text, start)
    return any(wording.fits(word.group()) for word in takewhile(lambda word: word.start() < span.end, words))


def _touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether `span` shares a character with one of `others`."""
    return any(span.start < other.end and other.start < span.end for other in others)


class Lexicon:
    """The markers of one pack (all kinds but morph), with their alternatives."""

    def __init__(self, markers: Iterable[tuple[Marker, tuple[str, ...]]]) -> None:
        self._exact: dict[str, list[Marker]] = {}
        self._folded: dict[str, list[Marker]] = {}
        self._patterns: list[tuple[Marker, _Wording]] = []
        self._searches: list[tuple[Marker, _Search]] = []
        # Searches that run only where a word stands with which their matches begin: whole words, and first letters.
        self._awaited: list[tuple[Marker, _Search]] = []
        self._whole: dict[str, list[int]] = {}
        self._beginning: dict[str, list[int]] = {}
        for marker, alternatives in markers:
            self._add(marker, alternatives)
        scoped = [
            f"({'?i' if marker.ignore_case else '?-i'}:{wording.of_word.pattern})"
            for marker, wording in self._patterns
            if wording.of_word is not None
        ]
        self._some_pattern = regex.compile("|".join(scoped), regex.VERSION1) if scoped else None
        self._longest = max(map(len, self._beginning), default=0)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def _add(self, marker: Marker, alternatives: tuple[str, ...]) -> None:
        _spared(marker.unless)  # compiled now, not in the middle of the first replies
        further = []
        for words in alternatives:
            # A pattern of nothing but letters is a word: looking it up is far cheaper than matching it.
            if marker.boundary != "word" or not _WORD.fullmatch(words):
                further.append(words)
            elif marker.ignore_case:
                self._folded.setdefault(words.lower(), []).append(marker)
            else:
                self._exact.setdefault(words, []).append(marker)
        wording = _wording(further, marker.boundary, literal=marker.kind != "regex", ignore_case=marker.ignore_case)
        if wording.of_word is not None:
            self._patterns.append((marker, wording))
        for search in wording.searches:
            self._await(marker, search)

    def _await(self, marker: Marker, search: _Search) -> None:
        """Note the words that a match of `search` begins with; one that may begin with anything always runs."""
        words = [_WORD.match(text) for text in search.begins]
        if not words or not all(words):
            self._searches.append((marker, search))
            return
        for word in words:
            assert word is not None
            known = self._beginning if word.end() == len(word.string) else self._whole
            known.setdefault(word.group(), []).append(len(self._awaited))
        self._awaited.append((marker, search))

    def find(self, text: str) -> list[tuple[Marker, Span]]:
        """All hits, marker and span, in no order. Raises TimeoutError."""
        found: list[tuple[Marker, Span]] = []
        called: set[int] = set()
        for match in _WORD.finditer(text):
            word = match.group()
            known, calls = self._remembered(word) if len(word) <= _WORD_LENGTH else self._read(word)
            called.update(calls)
            if known:
                span = Span(*match.span())
                found += [(marker, span) for marker in known]
        lowered = text.lower()
        for marker, search in (*self._searches, *(self._awaited[at] for at in sorted(called))):
            found += [(marker, span) for span in search.find(text, lowered)]
        return without_spared(found, text)

    def _read(self, word: str) -> tuple[tuple[Marker, ...], tuple[int, ...]]:
        """The markers that hit `word` standing alone, and the searches whose matches may begin with it."""
        lowered = word.lower()
        calls = set(self._whole.get(lowered, ()))
        for length in range(1, min(len(lowered), self._longest) + 1):
            calls.update(self._beginning.get(lowered[:length], ()))
        return self._markers_of(word), tuple(calls)

    def _markers_of(self, word: str) -> tuple[Marker, ...]:
        """The markers that hit `word` standing alone."""
        found = [*self._exact.get(word, ()), *self._folded.get(word.lower(), ())]
        if self._some_pattern is not None and self._some_pattern.fullmatch(word, timeout=rules.TIME_LIMIT_S):
            found += [marker for marker, wording in self._patterns if wording.fits(word)]
        return tuple(marker for marker in found if not (marker.unless and _spared(marker.unless).fits(word)))
