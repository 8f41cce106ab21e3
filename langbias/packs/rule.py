"""The shape of one `[[rule]]` block and of the files that hold rules."""

from __future__ import annotations

from typing import Literal

import msgspec

from langbias.types import Severity

Kind = Literal["phrase", "regex", "morph", "mix", "count", "script"]
Boundary = Literal["none", "start", "word"]


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Measured rates of a rule in native and translated text. `ratio_low` is the lower 95 % bound of their ratio."""

    unit: str
    data: str
    native: float | None = None
    translated: float | None = None
    ratio_low: float | None = None


class TokenPattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One token of a `morph` rule: any field left out matches everything; `tag` matches a prefix of the tag."""

    form: tuple[str, ...] = ()
    lemma: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    optional: bool = False


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of a closed set of kinds.

    phrase: any of `any` occurs, unless inside one of `unless`. regex: the same with patterns. morph: the `tokens`
    occur in sequence. mix: both `any` and `other` occur. count: `any` (patterns) occurs at least `at_least` times.
    script: a character of `any` (each entry a character or a range like "\\u064a-\\u064b") occurs.
    `counts` says whether hits enter the artifact rate; rules that do not are `advice`. `group` is the class of the rule
    (calque, pronoun, formula, orthography ...); in `garble` every rule is a defect by itself, whatever the language.
    """

    id: str
    kind: Kind
    message: str
    source: str
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    severity: Severity = Severity.MINOR
    issue: str = "uncategorized"
    any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    tokens: tuple[TokenPattern, ...] = ()
    at_least: int = 1
    boundary: Boundary = "none"
    ignore_case: bool = False
    message_native: str = ""
    status: Literal["draft", "reviewed", "retired"] = "draft"
    counts: bool = True
    group: str = ""
    evidence: Evidence | None = None
    note: str = ""


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack file that holds nothing but rules."""

    rule: tuple[Rule, ...] = ()
    schema_version: int = 1
