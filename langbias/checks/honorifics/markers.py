"""Find the forms of address that a pack names, by word list, pattern or morphology."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias.checks.honorifics.lexicon import Lexicon, without_spared
from langbias.packs.honorifics import HonorificsFile, Marker
from langbias.types import Span, Token

Analyse = Callable[[str], tuple[Token, ...]]
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
    yields: bool = False


@lru_cache(maxsize=128)
def _lexicon(pack: HonorificsFile) -> Lexicon:
    return Lexicon(tuple((marker, _alternatives(marker, pack)) for marker in pack.marker if marker.kind != "morph"))


def _alternatives(marker: Marker, pack: HonorificsFile) -> tuple[str, ...]:
    if marker.kind == "forms":
        stems = [stem for group in pack.stem_list if group.id in marker.stems for stem in group.words]
        return tuple(template.replace("{}", stem) for stem in stems for template in marker.templates)
    patterns = marker.any
    for group in pack.stem_list:
        if group.id in marker.stems:
            any_stem = f"(?:{'|'.join(group.words)})"
            patterns = tuple(pattern.replace(f"{{{group.id}}}", any_stem) for pattern in patterns)
    return patterns


def find_markers(prose: str, pack: HonorificsFile, analyse: Analyse | None) -> list[Hit]:
    """All hits of the pack's markers in `prose`, in order. `morph` markers need `analyse`."""
    found = _lexicon(pack).find(prose)
    morph = [marker for marker in pack.marker if marker.kind == "morph"]
    if morph and analyse is not None:
        fitting = [(m, Span(token.start, token.end)) for token in analyse(prose) for m in morph if _fits(m, token)]
        found += without_spared(fitting, prose)
    hits = [Hit(span, m.address, m.id, m.level, m.generic, m.weak, m.yields) for m, span in found]
    return sorted(hits, key=lambda hit: hit.span)


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
