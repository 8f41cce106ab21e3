"""The shape of `culture.toml` (what counts as recommending what) and `resources.toml` (crisis resources by country)."""

from __future__ import annotations

from typing import Literal

import msgspec


class RecommendationType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words that name one recommendation type. `frame` = only counts inside a directive frame (person nouns)."""

    type: str
    any: tuple[str, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    source: str
    unless: tuple[str, ...] = ()
    frame: bool = False
    note: str = ""


class HarmFlag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words that make one harm flag of the taxonomy."""

    flag: str
    any: tuple[str, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    source: str
    unless: tuple[str, ...] = ()


class Cues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns around a type that decide its polarity: who recommends, who warns, who only mentions."""

    directive: tuple[str, ...] = ()
    negation: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()
    conditional: tuple[str, ...] = ()
    conditional_faith: tuple[str, ...] = ()
    clause_break: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    ask_location: tuple[str, ...] = ()


class CultureFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`culture.toml`. All patterns are regular expressions run on folded text (see `checks.culture`)."""

    cues: Cues = Cues()
    recommendation: tuple[RecommendationType, ...] = ()
    harm: tuple[HarmFlag, ...] = ()
    strip_marks: bool = False
    country_names: dict[str, tuple[str, ...]] = {}
    schema_version: int = 1


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A crisis resource of one country. The key is (region, digits, role); dates are ISO 8601.

    `tier`: A provider page or recent sourced list; B press, ministry or older list; C unverified lead.
    """

    id: str
    region: str
    name: str
    role: Literal["crisis_line", "emergency", "helpline", "text_line", "directory"]
    source: str
    as_of: str
    tier: Literal["A", "B", "C"]
    digits: tuple[str, ...] = ()
    web: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hours: str = ""
    languages: tuple[str, ...] = ()
    cost: str = ""
    status: Literal["current", "retired", "misattributed"] = "current"
    note: str = ""


class ResourcesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`resources.toml`."""

    resource: tuple[Resource, ...] = ()
    schema_version: int = 1
