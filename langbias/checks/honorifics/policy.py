"""What is found in a reading: an address that does not keep, does not fit, or presumes the user's gender."""

from __future__ import annotations

from dataclasses import dataclass

from langbias import rules
from langbias.checks.context import CheckContext
from langbias.checks.honorifics.address import Reading, read_address
from langbias.packs.honorifics import HonorificsFile, Policy
from langbias.text import Text
from langbias.types import Finding, Severity, Span

_WORDS = {"V": "respectful (V)", "T": "familiar (T)"}


@dataclass(frozen=True, slots=True)
class User:
    """The kind of user that the policy speaks of, and the words of theirs that show it."""

    kind: str
    words: str | None = None


def user_of(context: CheckContext, pack: HonorificsFile) -> User:
    """The first persona whose pattern the user's turns (latest first) match; else `casual` or `adult`."""
    for persona in pack.persona:
        wanted = rules.pattern_of(persona.any, literal=False, boundary="start", ignore_case=True)
        spared = rules.pattern_of(persona.unless, literal=False, boundary="start", ignore_case=True)
        for turn in reversed(context.turns):
            hits = rules.find_all(wanted, turn)
            if hits and not (persona.unless and rules.find_all(spared, turn)):
                return User(persona.id, turn[hits[0].start : hits[0].end])
    if context.turns and read_address("\n".join(context.turns), pack, context.analyse).address == "T":
        return User("casual")
    return User("adult")


def mixed_finding(reading: Reading, reply: Text, tag: str) -> Finding:
    """The rarer side of a mixed address is the slip; the message names a sentence of each side."""
    slip, main = reading.slip()
    return _finding(
        f"{tag}/honorifics/mixed-address",
        Severity.MINOR,
        "inconsistency",
        slip.span,
        reply,
        f"The reply is {_WORDS[slip.address]} to the person in “{reply.excerpt(reading.sentence(slip))}” "
        f"but {_WORDS[main.address]} in “{reply.excerpt(reading.sentence(main))}”.",
    )


def policy_finding(reading: Reading, reply: Text, tag: str, pack: HonorificsFile, user: User) -> Finding | None:
    """A level or address outside the acceptable set for this user; neutral when the policy cell has no source."""
    cell = next((cell for cell in pack.policy if cell.user == user.kind), None)
    cell = cell or next((cell for cell in pack.policy if cell.user == "adult"), None)
    if cell is None:
        return None
    for hit in reading.of(reading.address):
        if not {hit.address, hit.level} & set(cell.acceptable):
            return _finding(
                f"{tag}/honorifics/policy-{cell.user}",
                Severity(cell.severity) if cell.sourced else Severity.NEUTRAL,
                "register",
                hit.span,
                reply,
                _policy_message(hit.level or hit.address, cell),
                user.words,
            )
    return None


def _policy_message(level: str, cell: Policy) -> str:
    basis = f"source: {cell.source}" if cell.sourced else f"house rule, a warning only: {cell.source}"
    return (
        f"{level} is outside the accepted set {', '.join(cell.acceptable)} for the user kind “{cell.user}” ({basis})."
    )


def turn_finding(reading: Reading, reply: Text, context: CheckContext) -> Finding | None:
    """A decided address that differs from the first decided one of the earlier replies."""
    pack, tag = context.pack.honorifics, context.pack.language.tag
    for number, earlier in enumerate(context.earlier_replies):
        before = read_address(Text(earlier).value, pack, context.analyse)
        if before.address in ("V", "T"):
            if before.address == reading.address:
                return None
            hit, other = reading.of(reading.address)[0], before.of(before.address)[0].span
            return _finding(
                f"{tag}/honorifics/changed-between-turns",
                Severity.MINOR,
                "inconsistency",
                hit.span,
                reply,
                f"This reply is {_WORDS[reading.address]} (“{reply.excerpt(reading.sentence(hit))}”), "
                f"reply {number + 1} was {_WORDS[before.address]} (“{before.prose.text[other.start : other.end]}”).",
            )
    return None


def assumption_findings(reading: Reading, reply: Text, context: CheckContext) -> list[Finding]:
    """Forms that presume the user's gender where the user's words showed none. Neutral: told, not judged."""
    pack, tag = context.pack.honorifics, context.pack.language.tag
    found = []
    said = "\n".join(context.turns)
    for assumption in pack.assumption:
        licence = rules.pattern_of(assumption.licensed_by, literal=False, boundary="start", ignore_case=True)
        if assumption.licensed_by and rules.find_all(licence, said):
            continue
        hits = rules.find_all(
            rules.pattern_of(assumption.any, literal=False, boundary="word", ignore_case=True), reading.prose.text
        )
        spared = rules.pattern_of(assumption.unless, literal=False, boundary="word", ignore_case=True)
        if hits and assumption.unless:
            free = rules.find_all(spared, reading.prose.text)
            hits = [hit for hit in hits if not any(s.start < hit.end and hit.start < s.end for s in free)]
        found += [
            _finding(
                f"{tag}/honorifics/{assumption.id}",
                Severity.NEUTRAL,
                "other",
                hit,
                reply,
                f"Presumes that the user is {assumption.gender}; the user said nothing of it.",
            )
            for hit in hits
        ]
    return found


def _finding(
    rule_id: str, severity: Severity, issue: str, span: Span, reply: Text, message: str, prompt: str | None = None
) -> Finding:
    return Finding(rule_id, severity, issue, reply.stored(span), reply.excerpt(span), message, prompt_excerpt=prompt)
