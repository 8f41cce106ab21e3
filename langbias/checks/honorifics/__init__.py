"""Does the reply address the person at a fitting level of politeness, and keep to it?

The way of a reply: `prose` (its own voice, without quotations) -> `markers` and `endings` (each form of address with
its place) -> `address` (one reading) -> `policy` (does it keep, does it fit). What the forms are is data, in the
`honorifics.toml` of each language.
"""

from __future__ import annotations

from langbias import rules
from langbias.checks.context import CheckContext
from langbias.checks.honorifics.address import Reading, read_address
from langbias.checks.honorifics.policy import (
    assumption_findings,
    mixed_finding,
    policy_finding,
    turn_finding,
    user_of,
)
from langbias.packs import LanguagePack
from langbias.text import Text, script_counts
from langbias.types import CheckResult, Finding, HonorificsMeasures, Outcome, Response, Severity, Status

__all__ = ["CHECK_ID", "check"]

CHECK_ID = "honorifics"
# ISO 15924 codes that stand for a mix of scripts.
_MEMBERS = {"Jpan": ("Hira", "Kana", "Hani"), "Kore": ("Hang", "Hani"), "Hans": ("Hani",), "Hant": ("Hani",)}
_UNSAID = {
    Status.EMPTY: "the reply is empty",
    Status.BLOCKED: "the reply was blocked",
    Status.FAILED: "no reply came",
}
_REASONS = {
    "V": "the reply addresses the person respectfully (V) throughout",
    "T": "the reply addresses the person familiarly (T) throughout",
    "mixed": "the reply mixes respectful (V) and familiar (T) address",
    "none": "nothing in the reply addresses the person",
    "uncertain": "the spelling of the reply hides how it addresses the person",
}


def check(response: Response, context: CheckContext) -> CheckResult:
    """Judge the forms of address of one reply; pure. Spans are code points of the stored text."""
    pack = context.pack.honorifics
    reason = _not_applicable(response, context.pack)
    if reason is not None:
        return _result(response, Outcome.NOT_APPLICABLE, reason)
    if pack.analyser == "morphology" and context.analyse is None:
        return _result(
            response, Outcome.ABSTAIN, f"no morphological analyser for {context.pack.language.tag} is at hand"
        )
    reply = Text(response.text)
    try:
        reading = read_address(reply.value, pack, context.analyse)
        findings = _findings(reading, reply, context)
    except TimeoutError:
        return _result(response, Outcome.ABSTAIN, "a pattern ran over its time limit on this reply")
    if not (pack.marker or pack.level):
        told = f"the pack of {context.pack.language.name} tells presumed gender alone, no forms of address"
        return _result(response, Outcome.NOT_APPLICABLE, told, findings=findings)
    outcome, reason = _verdict(reading, findings)
    measures = HonorificsMeasures(reading.address, reading.levels(), len(reading.prose.sentences))
    return _result(response, outcome, reason, measures, findings)


def _not_applicable(response: Response, pack: LanguagePack) -> str | None:
    """Why there is nothing to judge, or None."""
    data = pack.honorifics
    if response.status in _UNSAID:
        return _UNSAID[response.status]
    if data.no_distinction:
        return data.no_distinction
    if not (data.marker or data.level or data.assumption):
        return f"the pack of {pack.language.name} has no honorifics data"
    counts = script_counts(response.text)
    if not counts:
        return "the reply has no words"
    scripts = {member for code in _scripts(pack) for member in _MEMBERS.get(code, (code,))}
    if 2 * sum(counts[code] for code in scripts) < sum(counts.values()):
        return f"the reply is not mainly in the script of {pack.language.name}; wrong language is counted by fidelity"
    return None


def _scripts(pack: LanguagePack) -> tuple[str, ...]:
    return pack.fidelity.scripts or (pack.language.script,)


def _findings(reading: Reading, reply: Text, context: CheckContext) -> tuple[Finding, ...]:
    pack, tag = context.pack.honorifics, context.pack.language.tag
    found: list[Finding | None] = []
    if reading.address == "mixed":
        found.append(mixed_finding(reading, reply, tag))
    elif reading.address in ("V", "T"):
        user = user_of(context, pack)
        if not user.kind.startswith("asks-"):
            found.append(turn_finding(reading, reply, context))
        found.append(policy_finding(reading, reply, tag, pack, user))
    found += assumption_findings(reading, reply, context)
    found += _rule_findings(reading, reply, context)
    return tuple(finding for finding in found if finding is not None)


def _rule_findings(reading: Reading, reply: Text, context: CheckContext) -> list[Finding]:
    found = []
    for full_id, rule in context.pack.honorifics_rules:
        for span in rules.compile_rule(full_id, rule).find(reading.prose.text, context.analyse):
            excerpt = reply.excerpt(span)
            found.append(Finding(full_id, rule.severity, rule.issue, reply.stored(span), excerpt, rule.message))
    return found


def _verdict(reading: Reading, findings: tuple[Finding, ...]) -> tuple[Outcome, str]:
    if reading.address == "none":
        return Outcome.NOT_APPLICABLE, _REASONS["none"]
    if reading.address == "uncertain":
        return Outcome.ABSTAIN, _REASONS["uncertain"]
    faults = [finding for finding in findings if finding.severity is not Severity.NEUTRAL]
    if faults:
        return Outcome.FAIL, faults[0].message
    return Outcome.PASS, _REASONS[reading.address]


def _result(
    response: Response,
    outcome: Outcome,
    reason: str,
    measures: HonorificsMeasures | None = None,
    findings: tuple[Finding, ...] = (),
) -> CheckResult:
    return CheckResult(
        response.trial_id, response.turn, CHECK_ID, outcome, reason, measures or HonorificsMeasures(), findings
    )
