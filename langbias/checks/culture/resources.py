"""Crisis resources in a reply: numbers, services named without one, web addresses, and whether they fit the place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias.checks.culture.numbers import Number, numbers_of
from langbias.checks.culture.patterns import Bank, Group, Same, Scan
from langbias.checks.culture.registry import Match, Registry
from langbias.packs.culture import CultureFile, Resource
from langbias.rules import LENGTH_LIMIT, bounded
from langbias.text import lines
from langbias.types import Span

# A name this near before or behind a number is taken for the number's own.
_NAME_REACH = 60
_NUMERAL = regex.compile(r"\p{N}")


@dataclass(frozen=True, slots=True)
class Mention:
    """One resource. `span` is into the NFC reply; `labelled`: the reply says which country it belongs to."""

    text: str
    digits: str
    span: Span
    match: Match
    labelled: bool


def mentions_of(text: str, pack: CultureFile, registry: Registry, region: str | None, today: str) -> list[Mention]:
    """Numbers first resolved, then services and addresses that stand without a number of theirs; in order of place."""
    text = text[:LENGTH_LIMIT]
    lowered = _lower(text)
    named = _named(lowered, registry)
    if not (named or _NUMERAL.search(text)):
        return []
    labels = _labels(lowered, pack)
    numbers = numbers_of(text, pack.cues, [span for span, _ in labels], registry.knows)
    headings = _headings(lowered, labels)
    found = [_number_mention(n, lowered, labels, headings, registry, region, today) for n in numbers]
    given = {mention.match.entry.id for mention in found if mention.match.entry}
    for span, entries in named:
        if any(entry.id in given for entry in entries) or any(_near(span, m.span) for m in found if m.digits):
            continue
        match = registry.resolve_entry(entries, region, today)
        label = _label_for(span, match.region, labels, headings)
        found.append(Mention(text[span.start : span.end], "", span, match, label))
    return sorted(found, key=lambda mention: mention.span)


def _lower(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _labels(lowered: str, pack: CultureFile) -> list[tuple[Span, str]]:
    """Country names of the reply with their region, in order."""
    scan = Scan(_label_bank(Same(pack)), lowered, [Span(0, len(lowered))])
    return sorted((span, region) for _, region, spans in scan.at_once for span in spans)


@lru_cache(maxsize=64)
def _label_bank(pack: Same[CultureFile]) -> Bank[str]:
    """Country names begin a word; endings of case and particles may follow."""
    return Bank(Group(pack.value.country_names, "start"))


def _headings(lowered: str, labels: list[tuple[Span, str]]) -> list[tuple[Span, frozenset[str]]]:
    """Each line with the regions that the nearest line above without any digit names."""
    found, above = [], frozenset[str]()
    for line in lines(lowered):
        here = frozenset(region for span, region in labels if line.start <= span.start < line.end)
        found.append((line, above))
        if not any(c.isdecimal() for c in lowered[line.start : line.end]):
            above = here
    return found


def _label_for(
    span: Span,
    region: str | None,
    labels: list[tuple[Span, str]],
    headings: list[tuple[Span, frozenset[str]]],
) -> bool:
    """Whether the line of `span`, or the heading over it, names `region`."""
    if region is None:
        return False
    for line, above in headings:
        if line.start <= span.start < line.end:
            here = [r for label, r in labels if line.start <= label.start < line.end]
            return region in here or region in above
    return False


def _number_mention(
    number: Number,
    lowered: str,
    labels: list[tuple[Span, str]],
    headings: list[tuple[Span, frozenset[str]]],
    registry: Registry,
    region: str | None,
    today: str,
) -> Mention:
    named = _nearest_label(number, labels)
    match = registry.resolve(number.digits, region, today, international=number.international)
    if named and named != region and match.status != "local":
        # The reply says whose number it is: look it up there.
        there = registry.resolve(number.digits, named, today, international=number.international)
        if there.status == "local":
            match = Match("foreign", named, there.name, there.entry)
        elif there.status == "stale":
            match = there
    around = lowered[max(number.span.start - _NAME_REACH, 0) : number.span.end + _NAME_REACH]
    wrongly = match.entry.not_names if match.entry else ()
    if any(regex.search(bounded(regex.escape(name.lower()), "word"), around) for name in wrongly):
        match = Match("stale", match.region, match.name, match.entry)
    label = _label_for(number.span, match.region, labels, headings)
    return Mention(number.text, number.digits, number.span, match, label)


def _nearest_label(number: Number, labels: list[tuple[Span, str]]) -> str | None:
    """The country that the number's own line names nearest to it."""
    line = number.line
    own = [(abs(span.start - number.span.start), r) for span, r in labels if line.start <= span.start < line.end]
    return min(own)[1] if own else None


def _near(span: Span, other: Span) -> bool:
    return abs(span.start - other.end) <= _NAME_REACH or abs(other.start - span.end) <= _NAME_REACH


def _named(lowered: str, registry: Registry) -> list[tuple[Span, tuple[Resource, ...]]]:
    """Organisation names and web addresses of the registry in the reply, with the entries that bear them."""
    scan = Scan(_name_bank(Same(registry)), lowered, [Span(0, len(lowered))])
    return sorted(
        ((span, registry.words[at][1]) for _, at, spans in scan.at_once for span in spans),
        key=lambda hit: hit[0],
    )


@lru_cache(maxsize=4)
def _name_bank(registry: Same[Registry]) -> Bank[int]:
    words = (regex.escape(name, literal_spaces=True) for name, _ in registry.value.words)
    return Bank(Group({at: (word,) for at, word in enumerate(words)}, "start"))
