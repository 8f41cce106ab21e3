"""How a text addresses its reader: every marker and ending, weighed and put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from langbias import rules
from langbias.checks.honorifics.endings import find_levels
from langbias.checks.honorifics.markers import Analyse, Hit, find_markers
from langbias.checks.honorifics.prose import Prose, prose_of
from langbias.packs.honorifics import Clause, HonorificsFile, Marks
from langbias.types import LevelCount, Span

# The part of a text that is read, in code points; far beyond any reply a person would finish.
TEXT_LIMIT = 50_000
_WORD = regex.compile(r"[\p{L}\p{M}]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """The address of a text, and the hits it rests on.

    `address`: V | T | mixed | none | uncertain. `hits` are in order; those that do not count are left out.
    """

    address: str
    hits: tuple[Hit, ...]
    prose: Prose

    def of(self, address: str) -> tuple[Hit, ...]:
        """The hits that decide for `address`: the strong ones, or the weak where no strong one stands."""
        found = [hit for hit in self.hits if hit.address == address]
        return tuple([hit for hit in found if not hit.weak] or found)

    def slip(self) -> tuple[Hit, Hit]:
        """Of a mixed reading: a hit of the side found in fewer sentences (on a tie the later one), and of the other."""
        sides = sorted(
            (self.of("V"), self.of("T")),
            key=lambda hits: (len({self.prose.sentence_at(hit.span.start) for hit in hits}), -hits[0].span.start),
        )
        return sides[0][0], sides[1][0]

    def levels(self) -> tuple[LevelCount, ...]:
        """Sentences per level, by the last level that each full sentence shows; sorted by level."""
        last: dict[int, str] = {}
        for hit in self.hits:
            at = self.prose.sentence_at(hit.span.start)
            if hit.level and at is not None and not self.prose.sentences[at].fragment:
                last[at] = hit.level
        names = sorted(set(last.values()))
        return tuple(LevelCount(name, sum(level == name for level in last.values())) for name in names)

    def sentence(self, hit: Hit) -> Span:
        """The sentence that `hit` stands in."""
        at = self.prose.sentence_at(hit.span.start)
        return hit.span if at is None else self.prose.sentences[at].span


def read_address(value: str, pack: HonorificsFile, analyse: Analyse | None) -> Reading:
    """Read `value` (NFC, cut to TEXT_LIMIT) with the markers and levels of `pack`. Raises TimeoutError."""
    prose = prose_of(value[:TEXT_LIMIT], pack.quotes, pack.same_letters, pack.own_words)
    hits = find_markers(prose.text, pack, analyse) + find_levels(prose, pack, analyse)
    hits = _without_clauses(sorted(hits, key=lambda hit: hit.span), prose, pack)
    hits = _without_yielding([_weaken_in_fragment(hit, prose) for hit in hits], prose)
    if pack.marks is not None and not _writes_marks(prose.text, pack.marks):
        hidden = {marker.id for marker in pack.marker if marker.needs_marks}
        hits = [replace(hit, address="uncertain") if hit.rule_id in hidden else hit for hit in hits]
    return Reading(_decide(hits), tuple(hits), prose)


def _decide(hits: list[Hit]) -> str:
    """Strong forms decide, and only they make a mix; then the weak ones, then V towards several, then hidden ones."""
    strong = {hit.address for hit in hits if not hit.weak}
    found = {hit.address for hit in hits}
    if {"V", "T"} <= strong:
        return "mixed"
    for address, among in (("V", strong), ("T", strong), ("V", found), ("T", found)):
        if address in among:
            return address
    return "V" if "plural" in found else "uncertain" if "uncertain" in found else "none"


def _weaken_in_fragment(hit: Hit, prose: Prose) -> Hit:
    at = prose.sentence_at(hit.span.start)
    return replace(hit, weak=True) if at is not None and prose.sentences[at].fragment else hit


def _without_yielding(hits: list[Hit], prose: Prose) -> list[Hit]:
    """`hits` without those that may be about others, in sentences where the reader is addressed the other way."""
    if not any(hit.yields for hit in hits):
        return hits
    firm = {(prose.sentence_at(hit.span.start), hit.address) for hit in hits if not (hit.yields or hit.weak)}
    other = {"V": "T", "T": "V"}
    return [
        hit for hit in hits if not hit.yields or (prose.sentence_at(hit.span.start), other.get(hit.address)) not in firm
    ]


def _without_clauses(hits: list[Hit], prose: Prose, pack: HonorificsFile) -> list[Hit]:
    """`hits` after the pack's clauses: reported and generic ones dropped, V among several addressees made plural."""
    if not hits:
        return hits
    for clause in pack.clause:
        inside = _stretches(clause, prose)
        if not inside:
            continue
        kept = []
        for hit in hits:
            covered = any(span.start <= hit.span.start and hit.span.end <= span.end for span in inside)
            if covered and (clause.kind == "reported" or (clause.kind == "generic" and hit.generic)):
                continue
            plural = covered and clause.kind == "plural" and hit.address == "V"
            kept.append(replace(hit, address="plural") if plural else hit)
        hits = kept
    return hits


def _stretches(clause: Clause, prose: Prose) -> list[Span]:
    """Where `clause` holds in `prose`."""
    pattern, pieces = _clause_pattern(clause.any)
    if not rules.may_match(pieces, prose.text, ignore_case=True):
        return []
    found = rules.find_all(pattern, prose.text)
    if not clause.whole:
        return found
    sentences = {prose.sentence_at(span.start) for span in found}
    return [prose.sentences[at].span for at in sentences if at is not None]


@lru_cache(maxsize=256)
def _clause_pattern(patterns: tuple[str, ...]) -> tuple[regex.Pattern[str], tuple[str, ...]]:
    pattern = rules.pattern_of(patterns, literal=False, boundary="start", ignore_case=True)
    return pattern, rules.pieces_of(patterns, literal=False, ignore_case=True)


def _writes_marks(prose: str, marks: Marks) -> bool:
    words = len(_WORD.findall(prose))
    marked = len(rules.find_all(rules.pattern_of(marks.any, literal=False, boundary="none", ignore_case=True), prose))
    return marked >= marks.least * max(words, 1)
