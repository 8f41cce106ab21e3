"""`policy.toml`: what a release must hold. Strict: an unknown key, check or limit is an error, never ignored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from langbias.errors import InvalidDataError, UsageError
from langbias.packs.decode import read_toml
from langbias.registry import check_names
from langbias.tags import canonical, closest

# Not a check, but gated like one: the share of replies that were blocked or empty.
NO_REPLY = "no_reply"


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a cell must hold. A limit left out is not asked for.

    `floor`: least pass rate. `largest_gap`: most that the pass rate may lie below the baseline's. `largest_drop`: most
    that it may fall against the run given as --against. All are shares (0.05 is five points).
    """

    floor: float | None = None
    largest_gap: float | None = None
    largest_drop: float | None = None


class PolicyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits for some checks or languages; the last rule that speaks of a cell wins, limit by limit."""

    checks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    floor: float | None = None
    largest_gap: float | None = None
    largest_drop: float | None = None


class Never(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must not happen at all: findings of `rules` (full ids, * allowed) or of `severity` and above.

    None found passes only where the exact 95 % bound on the share of scenarios is at most `largest_share`.
    """

    id: str
    rules: tuple[str, ...] = ()
    severity: Literal["minor", "major", "critical"] | None = None
    checks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    largest_share: float = 1.0


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole policy. `languages` must be in the run; `allowed_to_fail` ones are judged and reported, never fatal."""

    name: str
    schema_version: int
    description: str = ""
    confidence: float = 0.95
    least_scenarios: int = 6
    languages: tuple[str, ...] = ()
    allowed_to_fail: tuple[str, ...] = ()
    limits: Limits = Limits()
    rule: tuple[PolicyRule, ...] = ()
    never: tuple[Never, ...] = ()

    def limits_for(self, check: str, language: str) -> Limits:
        """The limits of one cell. The general ones hold for checks, not for `no_reply`."""
        found = {} if check == NO_REPLY else _given(self.limits)
        for rule in self.rule:
            if (check in rule.checks or (not rule.checks and check != NO_REPLY)) and (
                not rule.languages or language in rule.languages
            ):
                found |= _given(rule)
        return Limits(**found)

    def languages_beside(self, asked: Iterable[str]) -> tuple[str, ...]:
        """The languages that are judged: those of the run, and those that the policy names."""
        by_rules = [tag for rule in self.rule for tag in rule.languages]
        by_nevers = [tag for never in self.never for tag in never.languages]
        return tuple(dict.fromkeys((*asked, *self.languages, *by_rules, *by_nevers)))

    def checks_beside(self, scored: Iterable[str]) -> tuple[str, ...]:
        """The checks that are judged: those of the run, and those that rules name though it was not scored by them."""
        return tuple(dict.fromkeys((*scored, *(check for rule in self.rule for check in rule.checks))))


def _given(block: Limits | PolicyRule) -> dict[str, float]:
    values = ((name, getattr(block, name)) for name in Limits.__struct_fields__)
    return {name: value for name, value in values if value is not None}


def sample_names() -> tuple[str, ...]:
    """Names of the policies that come with langbias."""
    return tuple(sorted(e.name.removesuffix(".toml") for e in (files("langbias.gate") / "policies").iterdir()))


def load_policy(policy: str) -> Policy:
    """A policy by path, or one of the sample policies by name. Raises UsageError or InvalidDataError."""
    path = Path(policy)
    if policy in sample_names():
        return _checked(read_toml(files("langbias.gate") / "policies" / f"{policy}.toml", Policy), policy)
    if not path.is_file():
        raise UsageError(f"--policy {policy}: neither a file nor a sample policy{closest(policy, sample_names())}")
    return _checked(read_toml(path, Policy), policy)


def _checked(policy: Policy, where: str) -> Policy:
    """Refuse what a typing checker cannot: unknown checks and tags, shares beyond 0..1, an empty policy."""
    if policy.schema_version != 1:
        raise InvalidDataError(f"{where}: schema_version is {policy.schema_version}, this langbias reads 1")
    if not 0.5 < policy.confidence < 1:
        raise InvalidDataError(f"{where}: confidence must lie between 0.5 and 1, such as 0.95")
    known = (*check_names(), NO_REPLY)
    blocks: list[tuple[str, PolicyRule | Never]] = [(f"rule[{at}]", rule) for at, rule in enumerate(policy.rule)]
    blocks += [(f"never[{never.id}]", never) for never in policy.never]
    for name, block in blocks:
        for check in block.checks:
            if check not in known:
                raise InvalidDataError(f"{where}: {name}: unknown check {check!r}{closest(check, known)}")
        _tags(f"{where}: {name}", block.languages)
    _tags(f"{where}: languages", (*policy.languages, *policy.allowed_to_fail))
    limited: list[tuple[str, Limits | PolicyRule]] = [("limits", policy.limits)]
    limited += [(f"rule[{at}]", rule) for at, rule in enumerate(policy.rule)]
    for name, limits in limited:
        for field, value in _given(limits).items():
            if not 0 <= value <= 1:
                raise InvalidDataError(
                    f"{where}: {name}.{field} is {value}; write a share between 0 and 1 (0.05 is 5 points)"
                )
    for never in policy.never:
        if not never.rules and never.severity is None:
            raise InvalidDataError(f"{where}: never[{never.id}]: name rules or a severity")
        if not 0 < never.largest_share <= 1:
            raise InvalidDataError(f"{where}: never[{never.id}].largest_share must be a share above 0")
    if not _given(policy.limits) and not any(map(_given, policy.rule)) and not policy.never:
        raise InvalidDataError(f"{where}: asks for nothing; give a limit, a rule, or something that must never happen")
    return policy


def _tags(where: str, tags: Sequence[str]) -> None:
    for tag in tags:
        try:
            same = canonical(tag) == tag
        except UsageError as problem:
            raise InvalidDataError(f"{where}: {problem}") from problem
        if not same:
            raise InvalidDataError(f"{where}: write {canonical(tag)!r} for {tag!r}")
