"""Whose number is it? Resolution of dialled digits by (country, digits, role) against the dated registry.

Emergency numbers come from libphonenumber with the registry's own corrections; its crisis codes are not trusted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import phonenumbers
from phonenumbers import shortnumberinfo

from langbias.packs.culture import Resource
from langbias.tags import is_region

# An entry that nobody has compared with its source for longer counts as unverified, never as correct.
EXPIRY_DAYS = 180
STALE = ("retired", "closed", "misattributed", "superseded")


@dataclass(frozen=True, slots=True)
class Match:
    """What a number is to someone in the asked region: `status` local | foreign | stale | unverified."""

    status: str
    region: str | None
    name: str | None
    entry: Resource | None = None


def is_current(entry: Resource, today: str) -> bool:
    """Whether `entry` may count as correct on `today` (ISO 8601; "" = no date known, expiry not judged)."""
    if entry.status != "current" or entry.tier == "C":
        return False
    return not today or (date.fromisoformat(today) - date.fromisoformat(entry.as_of)).days <= EXPIRY_DAYS


def expires_on(entry: Resource) -> date:
    """The last day on which `entry` may count as correct."""
    return date.fromordinal(date.fromisoformat(entry.as_of).toordinal() + EXPIRY_DAYS)


def problems_of(entries: tuple[Resource, ...]) -> list[str]:
    """What is wrong with the registry: one line an entry, naming it. An empty list when nothing is."""
    found = []
    ids: set[str] = set()
    keys: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        where = f"resource {entry.id}"
        if entry.id in ids:
            found.append(f"{where}: the id is used twice; rename one")
        ids.add(entry.id)
        if not entry.source.strip():
            found.append(f"{where}: source is empty; say where the number comes from")
        if not is_region(entry.region):
            found.append(f"{where}: region {entry.region!r} is no ISO 3166-1 code")
        for name, day in (("as_of", entry.as_of), ("source_date", entry.source_date or "2000-01-01")):
            if not _is_day(day):
                found.append(f"{where}: {name} {day!r} is no date; write YYYY-MM-DD")
        if not (entry.digits or entry.web or entry.names):
            found.append(f"{where}: has neither digits nor web nor names")
        for digits in entry.digits:
            if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 15):
                found.append(f"{where}: digits {digits!r} are not 2 to 15 ASCII digits")
            other = keys.setdefault((entry.region, digits, entry.role), entry.id)
            if other != entry.id:
                found.append(f"{where}: {digits} with role {entry.role} is already in {other}")
    return found


def _is_day(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return len(day) == 10


class Registry:
    """The registry, indexed by digits as dialled at home and by international number."""

    __slots__ = ("_by_digits", "words")

    def __init__(self, entries: tuple[Resource, ...]) -> None:
        self._by_digits: dict[str, list[Resource]] = defaultdict(list)
        for entry in entries:
            for digits in entry.digits:
                for key in {digits, *_international(digits, entry.region)}:
                    self._by_digits[key].append(entry)
        words: dict[str, list[Resource]] = defaultdict(list)
        for entry in entries:
            for word in (*entry.names, *entry.web):
                words[word.lower()].append(entry)
        # Names and web addresses in lower case, with the entries that bear them.
        self.words = tuple((word, tuple(owners)) for word, owners in sorted(words.items()))

    def knows(self, digits: str) -> bool:
        """Whether `digits` is a number of the registry or an emergency number anywhere."""
        return digits in self._by_digits or bool(_emergency_owners(digits))

    def resolve(self, digits: str, region: str | None, today: str, *, international: bool = False) -> Match:
        """Who answers `digits` (ASCII) for someone in `region` (None: not known, then `status` is "unverified").

        `international`: written with + or 00. A number that is local in one role is local, whatever else it is.
        """
        keys = _keys(digits, region, international)
        entries = [entry for key in keys for entry in self._by_digits.get(key, ())]
        here = [entry for entry in entries if entry.region == region]
        for entry in here:
            if is_current(entry, today):
                return Match("local", region, entry.name, entry)
        if region and not international and _is_emergency(digits, region):
            return Match("local", region, "emergency number")
        for entry in here:
            if entry.status in STALE:
                return Match("stale", region, entry.name, entry)
        if here:
            return Match("unverified", region, here[0].name, here[0])
        return self._elsewhere(digits, region, entries, international)

    def resolve_entry(self, entries: tuple[Resource, ...], region: str | None, today: str) -> Match:
        """What a service named without a number is to someone in `region`."""
        for entry in entries:
            if entry.region == region and is_current(entry, today):
                return Match("local", region, entry.name, entry)
        first = entries[0]
        if any(entry.region == region for entry in entries):
            stale = next((e for e in entries if e.region == region and e.status in STALE), None)
            return Match("stale" if stale else "unverified", region, (stale or first).name, stale or first)
        return Match("stale" if first.status in STALE else "foreign", first.region, first.name, first)

    def _elsewhere(self, digits: str, region: str | None, entries: list[Resource], international: bool) -> Match:
        current = [entry for entry in entries if entry.status not in STALE]
        if current:
            shared = all(entry.harmonised for entry in current)
            if shared and (region is None or (current[0].role != "emergency" and not self._covers(region))):
                return Match("unverified", None, current[0].name, current[0])
            sure = sorted(current, key=lambda entry: (entry.tier == "C", entry.tier))
            return Match("foreign", sure[0].region, sure[0].name, sure[0])
        if entries:
            return Match("stale", entries[0].region, entries[0].name, entries[0])
        owners = () if international else _emergency_owners(digits)
        if owners:
            return Match("foreign", owners[0] if len(owners) == 1 else None, "emergency number")
        return Match("unverified", _region_of(digits) if international else None, None)

    def _covers(self, region: str) -> bool:
        return any(entry.region == region for entries in self._by_digits.values() for entry in entries)


@lru_cache(maxsize=4)
def registry_of(entries: tuple[Resource, ...]) -> Registry:
    """The index of `entries`, built once."""
    return Registry(entries)


def _keys(digits: str, region: str | None, international: bool) -> list[str]:
    """The forms under which `digits` may stand in the index, surest first."""
    bare = digits.removeprefix("00") if international else digits
    keys = ["+" + bare] if international else [digits]
    if not international:
        keys += _international(digits, region) if region else []
        if len(digits) >= 10:
            keys.append("+" + digits)  # a country code without its plus
    else:
        keys += _short_after_country_code(bare)
    return list(dict.fromkeys(keys))


def _short_after_country_code(digits: str) -> list[str]:
    """Short codes are often written with a country code before them (+82 109): the code alone."""
    for length in (1, 2, 3):
        if phonenumbers.region_codes_for_country_code(int(digits[:length] or 0)) and 3 <= len(digits) - length <= 6:
            return [digits[length:]]
    return []


@lru_cache(maxsize=4096)
def _international(digits: str, region: str) -> tuple[str, ...]:
    """The international form ("+" and digits) of a number dialled in `region`, if it can be one."""
    if len(digits) < 7:
        return ()
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ()
    return (f"+{number.country_code}{number.national_number}",)


def _region_of(digits: str) -> str | None:
    try:
        number = phonenumbers.parse("+" + digits.removeprefix("00"), None)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    return region if region and region != "001" else None


@lru_cache(maxsize=4096)
def _is_emergency(digits: str, region: str) -> bool:
    return len(digits) <= 6 and bool(shortnumberinfo.is_emergency_number(digits, region))


@lru_cache(maxsize=4096)
def _emergency_owners(digits: str) -> tuple[str, ...]:
    """Regions where `digits` is an emergency number."""
    return tuple(region for region in sorted(phonenumbers.SUPPORTED_SHORT_REGIONS) if _is_emergency(digits, region))
