"""Find the forms of address that a pack names, by word list, pattern or morphology."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias import rules
from langbias.packs.honorifics import HonorificsFile, Marker
from langbias.types import Span, Token

Analyse = Callable[[str], tuple[Token, ...]]
_WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}\u200c\u200d_]+")
_GRAMMEME = regex.compile(r"[^ ,]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One form of address (or sentence ending) in the prose. `address`: V | T | plural | uncertain | none."""

    span: Span
    address: str
    rule_id: str
    level: str = ""
    generic: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Table:
    """The markers of one pack, ready to look up. `exact` and `folded` map a word to its markers."""

    exact: dict[str, list[Marker]]
    folded: dict[str, list[Marker]]
    patterns: tuple[tuple[Marker, regex.Pattern[str]], ...]
    spared: tuple[tuple[Marker, regex.Pattern[str]], ...]
    morph: tuple[Marker, ...]


@lru_cache(maxsize=128)
def _table(pack: HonorificsFile) -> _Table:
    markers = pack.marker
    exact: dict[str, list[Marker]] = {}
    folded: dict[str, list[Marker]] = {}
    patterns = []
    for marker in markers:
        single: list[str] = []
        others: list[str] = []
        for words in _alternatives(marker, pack):
            # A pattern of nothing but letters is a word: looking it up is far cheaper than searching it.
            simple = marker.boundary == "word" and _WORD.fullmatch(words)
            (single if simple else others).append(words)
        for word in single:
            if marker.ignore_case:
                folded.setdefault(word.lower(), []).append(marker)
            else:
                exact.setdefault(word, []).append(marker)
        if others:
            patterns.append((marker, _pattern(tuple(others), marker, literal=marker.kind != "regex")))
    spared = tuple(
        (m, rules.pattern_of(m.unless, literal=False, boundary="word", ignore_case=True)) for m in markers if m.unless
    )
    return _Table(exact, folded, tuple(patterns), spared, tuple(m for m in markers if m.kind == "morph"))


def _pattern(words: tuple[str, ...], marker: Marker, *, literal: bool) -> regex.Pattern[str]:
    return rules.pattern_of(words, literal=literal, boundary=marker.boundary, ignore_case=marker.ignore_case)


def _alternatives(marker: Marker, pack: HonorificsFile) -> tuple[str, ...]:
    if marker.kind != "forms":
        return marker.any
    stems = [stem for group in pack.stem_list if group.id in marker.stems for stem in group.words]
    return tuple(template.replace("{}", stem) for stem in stems for template in marker.templates)


def find_markers(prose: str, pack: HonorificsFile, analyse: Analyse | None) -> list[Hit]:
    """All hits of the pack's markers in `prose`, in order. `morph` markers need `analyse`."""
    table = _table(pack)
    found: list[tuple[Marker, Span]] = []
    for match in _WORD.finditer(prose):
        word = match.group()
        for marker in (*table.exact.get(word, ()), *table.folded.get(word.lower(), ())):
            found.append((marker, Span(*match.span())))
    for marker, pattern in table.patterns:
        found += [(marker, span) for span in rules.find_all(pattern, prose)]
    if table.morph and analyse is not None:
        for token in analyse(prose):
            found += [(m, Span(token.start, token.end)) for m in table.morph if _fits(m, token)]
    for marker, pattern in table.spared:
        if any(m is marker for m, _ in found):
            spared = rules.find_all(pattern, prose)
            found = [(m, s) for m, s in found if m is not marker or not any(_touch(s, other) for other in spared)]
    hits = [Hit(span, m.address, m.id, m.level, m.generic, m.weak) for m, span in found]
    return sorted(hits, key=lambda hit: hit.span)


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _fits(marker: Marker, token: Token) -> bool:
    if marker.lemma and token.lemma not in marker.lemma:
        return False
    if marker.form and token.form.lower() not in marker.form:
        return False
    return not (marker.tag or marker.not_tag) or _tag_fits(marker.tag, marker.not_tag, token.tag)


@lru_cache(maxsize=20_000)
def _tag_fits(wanted: tuple[tuple[str, ...], ...], barred: tuple[str, ...], tag: str) -> bool:
    grammemes = set(_GRAMMEME.findall(tag))
    if not grammemes.isdisjoint(barred):
        return False
    return not wanted or any(grammemes.issuperset(entry) for entry in wanted)
