"""Evidence: which judged replies a report shows, chosen the same way every time, and how they are laid out.

Rows stream through `Selection`; it keeps a bounded number per cell and counts the rest.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from langbias.packs import LanguagePack
from langbias.packs.rule import Rule
from langbias.report.quotation import SEVERITIES, Mark, Quotation, quote, visible
from langbias.types import (
    CheckResult,
    Finding,
    Language,
    Outcome,
    Prompt,
    Response,
    Scenario,
    Severity,
    Span,
    Status,
    Trial,
)

SHOWN = 6  # failing replies shown per cell
FINDINGS = 8  # findings listed per reply
WHOLE_REPLY = 0.6  # a finding over this share of a reply speaks of all of it: marking it would mark nothing

CellKey = tuple[str, str, str]  # target, language, check
Place = tuple[str, str, int, int]  # scenario, variant, repeat, turn


@dataclass(frozen=True, slots=True)
class Evidence:
    """One response under one check: what a reader needs to see for themselves.

    `prompt_turns` are the user's turns up to the answered one. `reply_language` is the language the reply was found
    to be in, None when nobody looked or could tell.
    """

    scenario_id: str
    language: str
    target_id: str
    repeat: int
    turn: int
    check_id: str
    outcome: Outcome
    reason: str
    prompt_turns: tuple[str, ...]
    reply: str
    findings: tuple[Finding, ...]
    status: Status
    reply_language: str | None = None
    variant: str = "base"


@dataclass(frozen=True, slots=True)
class Judged:
    """One response under one check, with the prompt and trial it belongs to: a row of the results."""

    trial: Trial
    prompt: Prompt
    response: Response
    result: CheckResult


def evidence_of(judged: Judged, reply_language: str | None = None) -> Evidence:
    """The evidence in one judged response."""
    return Evidence(
        scenario_id=judged.prompt.scenario_id,
        language=judged.prompt.language,
        target_id=judged.trial.target_id,
        repeat=judged.trial.repeat,
        turn=judged.response.turn,
        check_id=judged.result.check_id,
        outcome=judged.result.outcome,
        reason=judged.result.reason,
        prompt_turns=judged.prompt.turns[: judged.response.turn + 1],
        reply=judged.response.text,
        findings=judged.result.findings,
        status=judged.response.status,
        reply_language=reply_language,
        variant=judged.prompt.variant,
    )


def gravest(findings: tuple[Finding, ...]) -> Severity | None:
    """The highest severity among `findings`, None when there are none."""
    return max((f.severity for f in findings), key=SEVERITIES.index, default=None)


# Gravest first; earlier repeats before later ones, so that a cell shows different scenarios before the same one again.
def _order(row: Evidence) -> tuple[int, int, int, str, str, int, str]:
    worst = gravest(row.findings)
    rank = SEVERITIES.index(worst) if worst else -1
    return (-rank, row.repeat, -len(row.findings), row.scenario_id, row.variant, row.turn, row.reply)


def _place(row: Evidence) -> Place:
    return (row.scenario_id, row.variant, row.repeat, row.turn)


@dataclass(slots=True)
class Selection:
    """Rows picked per cell while all of them stream by."""

    fails: dict[CellKey, list[Evidence]] = field(default_factory=dict)
    failed: Counter[CellKey] = field(default_factory=Counter)
    silent: dict[tuple[str, str], dict[Place, Evidence]] = field(default_factory=dict)
    rule_hits: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, row: Evidence) -> None:
        """Take note of one row, in any order."""
        for finding in row.findings:
            self.rule_hits[(row.language, finding.rule_id)] += 1
        if row.status in (Status.BLOCKED, Status.EMPTY, Status.FAILED):
            self._add_silent(row)
        if row.outcome is Outcome.FAIL:
            key = (row.target_id, row.language, row.check_id)
            self.failed[key] += 1
            kept = self.fails.setdefault(key, [])
            insort(kept, row, key=_order)
            del kept[SHOWN:]

    def _add_silent(self, row: Evidence) -> None:
        """Keep one row per reply that never came, whichever checks looked at it, in whatever order they stream."""
        places = self.silent.setdefault((row.target_id, row.language), {})
        known = places.get(_place(row))
        if known is None or (row.check_id, row.reason) < (known.check_id, known.reason):
            places[_place(row)] = row


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as shown: `number` matches the mark in the quotation. `source` and `review` speak of the rule.

    `whole` findings are about the reply as a whole and have no mark.
    """

    number: int
    rule_id: str
    severity: Severity
    issue: str
    message: str
    review: str
    source: str
    whole: bool
    excerpt: Quotation
    prompt_excerpt: Quotation | None


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A judged reply as shown. `topic` and `gloss` describe the scenario in the language of the report."""

    scenario_id: str
    topic: str
    gloss: str
    acute: bool
    variant: str
    repeat: int
    turn: int
    status: Status
    severity: Severity | None
    reason: str
    prompt_turns: tuple[Quotation, ...]
    reply: Quotation | None
    findings: tuple[FindingView, ...]
    more_findings: int


def view(
    row: Evidence,
    scenario: Scenario | None,
    languages: Mapping[str, Language],
    rules: Mapping[str, Rule],
) -> EvidenceView:
    """Lay out one row. Unknown scenarios, languages and rules are shown by their ids."""
    asked = language_of(row.language, languages)
    answered = language_of(row.reply_language or row.language, languages)
    ranked = sorted(row.findings, key=lambda f: (-SEVERITIES.index(f.severity), f.span, f.rule_id))[:FINDINGS]
    listed = sorted(ranked, key=lambda f: (f.span, f.rule_id))
    marks = [Mark(n, f.span, f.severity) for n, f in enumerate(listed, 1) if not _whole(f, row.reply)]
    return EvidenceView(
        scenario_id=row.scenario_id,
        topic=scenario.topic if scenario else row.scenario_id,
        gloss=scenario.gloss_en if scenario else "",
        acute=scenario is not None and scenario.acuity == "high",
        variant=row.variant,
        repeat=row.repeat,
        turn=row.turn,
        status=row.status,
        severity=gravest(row.findings),
        reason=visible(row.reason),
        prompt_turns=_prompt(row.prompt_turns, listed, asked),
        reply=quote(row.reply, answered, marks) if row.reply.strip() else None,
        findings=tuple(_finding(n, f, rules, asked, answered, _whole(f, row.reply)) for n, f in enumerate(listed, 1)),
        more_findings=len(row.findings) - len(listed),
    )


def _whole(finding: Finding, reply: str) -> bool:
    """Whether a finding is about the reply as a whole: it names no words, or nearly all."""
    return finding.span.end - finding.span.start >= max(WHOLE_REPLY * len(reply), 1) or not finding.excerpt


def language_of(tag: str, languages: Mapping[str, Language]) -> Language:
    """The language of `tag`, or a bare one that only knows its tag."""
    return languages.get(tag) or Language(tag, "Zyyy", tag, tag)


def _prompt(turns: tuple[str, ...], findings: list[Finding], language: Language) -> tuple[Quotation, ...]:
    """The user's turns, each with the words marked that a finding sets against the reply (the last place wins)."""
    marks: list[list[Mark]] = [[] for _ in turns]
    for number, finding in enumerate(findings, 1):
        words = finding.prompt_excerpt
        at = next((i for i in reversed(range(len(turns))) if words and words in turns[i]), None)
        if words and at is not None:
            start = turns[at].index(words)
            marks[at].append(Mark(number, Span(start, start + len(words)), Severity.NEUTRAL))
    return tuple(quote(turn, language, marked) for turn, marked in zip(turns, marks, strict=True))


def _finding(
    number: int, finding: Finding, rules: Mapping[str, Rule], asked: Language, answered: Language, whole: bool
) -> FindingView:
    rule = rules.get(finding.rule_id)
    return FindingView(
        number=number,
        rule_id=visible(finding.rule_id),
        severity=finding.severity,
        issue=visible(finding.issue),
        message=visible(finding.message),
        review={"reviewed": "reviewed rule", "draft": "draft rule, unreviewed by native speakers"}.get(
            rule.status if rule else "", "part of the check itself, no rule of a pack"
        ),
        source=visible(rule.source) if rule else "",
        whole=whole,
        excerpt=quote(finding.excerpt[:400], answered),
        prompt_excerpt=quote(finding.prompt_excerpt[:400], asked) if finding.prompt_excerpt else None,
    )


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule that fired, with what speaks for it."""

    language: Language
    rule_id: str
    hits: int
    status: str
    message: str
    source: str
    evidence: str


def rules_by_id(packs: Iterable[LanguagePack]) -> dict[str, Rule]:
    """All rules in force of `packs`, by full id."""
    return {
        full_id: rule
        for pack in packs
        for full_id, rule in (*pack.fidelity_rules, *pack.honorifics_rules, *pack.artifacts_rules)
    }


def fired_rules(selection: Selection, rules: Mapping[str, Rule], order: Sequence[Language]) -> tuple[RuleView, ...]:
    """The rules that fired, by language, most hits first."""
    place = {language.tag: at for at, language in enumerate(order)}
    names = {language.tag: language for language in order}
    keys = sorted(selection.rule_hits, key=lambda k: (place.get(k[0], len(place)), -selection.rule_hits[k], k))
    found = []
    for tag, rule_id in keys:
        rule = rules.get(rule_id)
        found.append(
            RuleView(
                language=language_of(tag, names),
                rule_id=visible(rule_id),
                hits=selection.rule_hits[(tag, rule_id)],
                status=rule.status if rule else "in code",
                message=visible(rule.message) if rule else "",
                source=visible(rule.source) if rule else "",
                evidence=_measured(rule),
            )
        )
    return tuple(found)


def _measured(rule: Rule | None) -> str:
    if rule is None or rule.evidence is None:
        return ""
    parts = [
        f"{value:g} in {kind} text"
        for value, kind in ((rule.evidence.native, "native"), (rule.evidence.translated, "translated"))
        if value is not None
    ]
    return f"{', '.join(parts)} ({rule.evidence.unit}; {rule.evidence.data})" if parts else rule.evidence.data
