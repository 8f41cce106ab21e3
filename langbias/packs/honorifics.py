"""The shape of `honorifics.toml`: forms of address, sentence levels, and the policy of acceptable ones."""

from __future__ import annotations

from typing import Literal

import msgspec

from langbias.packs.rule import Rule


class Marker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form that addresses the reader. `any` are words or patterns (by `kind`); `unless` are known exceptions."""

    id: str
    address: Literal["V", "T", "plural", "uncertain"]
    source: str
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    kind: Literal["phrase", "regex"] = "phrase"
    any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    boundary: Literal["none", "start", "word"] = "word"
    ignore_case: bool = True
    needs_marks: bool = False
    note: str = ""


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence-final politeness level, by the endings (kind `regex` on the sentence, or morpheme forms) that show it."""

    id: str
    address: Literal["V", "T", "none"]
    endings: tuple[str, ...]
    source: str
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Acceptable addresses for one kind of user. `sourced` cells may fail a reply, others only warn."""

    user: str
    acceptable: tuple[str, ...]
    source: str
    sourced: bool = False
    severity: Literal["neutral", "minor", "major", "critical"] = "minor"


class HonorificsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`honorifics.toml`."""

    analyser: Literal["table", "morphology"] = "table"
    quotes: tuple[str, ...] = ()
    marker: tuple[Marker, ...] = ()
    level: tuple[Level, ...] = ()
    policy: tuple[Policy, ...] = ()
    rule: tuple[Rule, ...] = ()
    schema_version: int = 1
