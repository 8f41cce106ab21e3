"""One reply, judged: garble first, then rule hits against the native baseline."""

from __future__ import annotations

from dataclasses import dataclass

from langbias.checks.artifacts.bands import notes
from langbias.checks.artifacts.echo import ECHO, echo
from langbias.checks.artifacts.garble import LONGEST_WORD, MECHANISMS, Mechanism
from langbias.checks.artifacts.letters import BROKEN_LETTERS, broken_letters
from langbias.checks.artifacts.quoted import own_words, without_endless_words
from langbias.checks.artifacts.rate import ABOVE, INSUFFICIENT, LEAST_SENTENCES, baseline_for, rule_hits, verdict
from langbias.checks.context import CheckContext
from langbias.packs.artifacts import Band
from langbias.rules import LENGTH_LIMIT
from langbias.text import Text, blank_out, masked_spans, script_counts, sentences, words
from langbias.types import ArtifactsMeasures, CheckResult, Finding, Outcome, Response, Severity, Span, Status

CHECK_ID = "artifacts"
# Rules read this much of a reply (a chatbot answer has 500 to 3,000 characters); garble is sought in all of it.
READ_LIMIT = 20_000
# Rules of this group are defects by themselves; all others are counted against native text.
GARBLE = "garble"
# Findings shown for one reply; the measures count them all.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class _Rate:
    """What the rules said about one reply; `findings` are evidence, never a verdict by themselves."""

    findings: tuple[Finding, ...]
    hits: int
    sentences: int
    words: int
    verdict: str | None

    @property
    def per_100(self) -> float | None:
        return round(100 * self.hits / self.sentences, 2) if self.sentences else None


def check(response: Response, context: CheckContext) -> CheckResult:
    """Judge `response`: `fail` when it is garbled or its rule rate is above native, else `pass`.

    `not_applicable` for blocked, failed and empty responses, and for a reply in another script (garble is still
    sought); `abstain` when a rule ran over its time limit.
    """
    if response.status in (Status.EMPTY, Status.BLOCKED, Status.FAILED) or not response.text.strip():
        reason = (
            "no reply to read"
            if response.status is Status.OK
            else f"the response is {response.status}: no reply to read"
        )
        return _result(response, Outcome.NOT_APPLICABLE, reason, ArtifactsMeasures(), ())
    text = Text(response.text[:LENGTH_LIMIT])
    kind, broken = _garble(text, context, cut=response.status is Status.TRUNCATED)
    if not _in_expected_script(text.value, context):
        outcome = Outcome.FAIL if kind else Outcome.NOT_APPLICABLE
        reason = f"garbled: {kind}" if kind else "the reply is not in the script of the language; rules do not apply"
        return _result(
            response, outcome, reason, ArtifactsMeasures(garbled=kind is not None, garbled_kind=kind), broken
        )
    try:
        rate = _rate(text, context)
    except TimeoutError:
        measures = ArtifactsMeasures(garbled=kind is not None, garbled_kind=kind)
        outcome = Outcome.FAIL if kind else Outcome.ABSTAIN
        reason = f"garbled: {kind}" if kind else "a rule ran over its time limit on this reply"
        return _result(response, outcome, reason, measures, broken)
    measures = ArtifactsMeasures(
        rate.hits, rate.sentences, rate.per_100, rate.verdict, kind is not None, kind, rate.words
    )
    outcome, reason = _outcome(kind, rate, context)
    return _result(response, outcome, reason, measures, broken + rate.findings)


def _result(
    response: Response, outcome: Outcome, reason: str, measures: ArtifactsMeasures, findings: tuple[Finding, ...]
) -> CheckResult:
    shown = tuple(sorted(findings, key=lambda finding: (finding.span, finding.rule_id)))[:SHOWN]
    return CheckResult(response.trial_id, response.turn, CHECK_ID, outcome, reason, measures, shown)


def _garble(text: Text, context: CheckContext, *, cut: bool) -> tuple[str | None, tuple[Finding, ...]]:
    """(kind of the first mechanism that found damage, all damage found); code and addresses are left out.

    Where the target `cut` the reply short, what the cut itself left open at the end is no damage.
    """
    prose = blank_out(text.value, masked_spans(text.value))
    found = [(mechanism, span) for mechanism in MECHANISMS for span in mechanism.find(prose)]
    found += [(ECHO, span) for span in echo(text.value, context.turns)]
    found += _leaks(prose, context, len(prose.rstrip()) if cut else None)
    if not found:
        # Loops and mojibake would also look like broken letters; they have the plainer names.
        found = [(BROKEN_LETTERS, span) for span in broken_letters(prose[:READ_LIMIT], context)]
    findings = tuple(
        Finding(
            mechanism.full_id, Severity.MAJOR, "mangled-text", text.stored(span), text.excerpt(span), mechanism.message
        )
        for mechanism, span in found
    )
    return (found[0][0].id.replace("-", "_") if found else None), findings


def _leaks(prose: str, context: CheckContext, cut_at: int | None) -> list[tuple[Mechanism, Span]]:
    """What the rules of the group `garble` find: leaked markup, slots, escapes; nothing where one runs too long."""
    rules = tuple((full_id, rule) for full_id, rule in context.pack.artifacts_rules if rule.group == GARBLE)
    try:
        hits = list(rule_hits(rules, prose[:READ_LIMIT], context.analyse))
    except TimeoutError:
        return []
    return [
        (Mechanism(compiled.rule.id, compiled.rule.message, lambda _: []), span)
        for compiled, span in hits
        if cut_at is None or span.end < cut_at
    ]


def _in_expected_script(value: str, context: CheckContext) -> bool:
    """Whether at least half of the letters are of the language's scripts; a reply with no letters is not."""
    scripts = set(context.pack.fidelity.scripts) | {context.pack.language.script}
    counts = script_counts(value)
    return 2 * sum(counts[script] for script in scripts) >= max(1, counts.total())


def _rate(text: Text, context: CheckContext) -> _Rate:
    """Rules over the target's own words. Raises TimeoutError when a pattern runs over its time limit."""
    prose = without_endless_words(own_words(text.value[:READ_LIMIT], context.turns), LONGEST_WORD)
    findings, counted = [], 0
    rules = tuple((full_id, rule) for full_id, rule in context.pack.artifacts_rules if rule.group != GARBLE)
    for compiled, span in rule_hits(rules, prose, context.analyse):
        counted += compiled.rule.counts
        findings.append(
            _evidence(compiled.id, compiled.rule.severity, compiled.rule.issue, compiled.rule.message, text, span)
        )
    for full_id, message, span in notes(_bands(context), prose):
        findings.append(_evidence(full_id, Severity.NEUTRAL, "typographical", message, text, span))
    total, read = len(sentences(prose)), len(words(prose))
    baseline = baseline_for(context.pack.artifacts.baseline, context.register)
    return _Rate(tuple(findings), counted, total, read, verdict(baseline, counted, total, read))


def _bands(context: CheckContext) -> tuple[tuple[str, Band], ...]:
    tag = context.pack.language.tag
    return tuple((f"{tag}/artifacts/{band.id}", band) for band in context.pack.artifacts.band)


def _evidence(rule_id: str, severity: Severity, issue: str, message: str, text: Text, span: Span) -> Finding:
    return Finding(rule_id, severity, issue, text.stored(span), text.excerpt(span), message)


def _outcome(kind: str | None, rate: _Rate, context: CheckContext) -> tuple[Outcome, str]:
    if kind:
        return Outcome.FAIL, f"garbled: {kind}"
    if rate.verdict == ABOVE:
        return Outcome.FAIL, f"{rate.hits} rule hits in {rate.words} words: above what 95 % of native text shows"
    if rate.verdict == INSUFFICIENT:
        return Outcome.PASS, (
            f"not garbled; {rate.sentences} sentences are too few to call a reply translated "
            f"(least {LEAST_SENTENCES}): hits are judged pooled over replies"
        )
    if rate.verdict is None:
        where = f"{context.pack.language.name} in register {context.register}"
        return Outcome.PASS, f"not garbled; no native baseline for {where}: hits are advice"
    return Outcome.PASS, f"not garbled; {rate.hits} rule hits in {rate.words} words: within what native text shows"
