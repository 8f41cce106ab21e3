"""Check results as JSON lines: the contract of `langbias score`, written and read back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from langbias.types import (
    ArtifactsMeasures,
    CheckResult,
    CultureMeasures,
    FidelityMeasures,
    Finding,
    HonorificsMeasures,
    LevelCount,
    Measures,
    Outcome,
    Recommendation,
    ResourceMention,
    Severity,
    Span,
)


def encode_result(record_id: str, result: CheckResult) -> str:
    """One line (without newline) for one response x check. Keys are sorted, text is plain UTF-8."""
    line: dict[str, Any] = {
        "id": record_id,
        "check": result.check_id,
        "outcome": result.outcome.value,
        "reason": result.reason,
        "findings": [_finding(finding) for finding in result.findings],
        "measures": measures_object(result.measures),
    }
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def _finding(finding: Finding) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "rule": finding.rule_id,
        "severity": finding.severity.value,
        "issue": finding.issue,
        "start": finding.span.start,
        "end": finding.span.end,
        "text": finding.excerpt,
        "message": finding.message,
    }
    if finding.prompt_span is not None:
        fields["prompt_start"] = finding.prompt_span.start
        fields["prompt_end"] = finding.prompt_span.end
        fields["prompt_text"] = finding.prompt_excerpt
    return fields


def measures_object(measures: Measures) -> dict[str, Any]:
    """The measures as the contract spells them: every key present, null when not known."""
    fields = asdict(measures)
    if isinstance(measures, HonorificsMeasures) and measures.levels is not None:
        fields["levels"] = {level.level: level.sentences for level in measures.levels}
    return fields


def decode_result(line: dict[str, Any], trial_id: str, turn: int) -> CheckResult:
    """A CheckResult from a decoded line. Raises KeyError, TypeError or ValueError when the line is not one of ours."""
    return CheckResult(
        trial_id=trial_id,
        turn=turn,
        check_id=line["check"],
        outcome=Outcome(line["outcome"]),
        reason=line["reason"],
        measures=_measures(line["check"], line["measures"]),
        findings=tuple(
            Finding(
                rule_id=f["rule"],
                severity=Severity(f["severity"]),
                issue=f["issue"],
                span=Span(f["start"], f["end"]),
                excerpt=f["text"],
                message=f["message"],
                prompt_span=Span(f["prompt_start"], f["prompt_end"]) if "prompt_start" in f else None,
                prompt_excerpt=f.get("prompt_text"),
            )
            for f in line["findings"]
        ),
    )


def _measures(check_id: str, fields: dict[str, Any]) -> Measures:
    values = dict(fields)
    if check_id == "honorifics":
        levels = values.get("levels")
        values["levels"] = None if levels is None else tuple(LevelCount(k, v) for k, v in sorted(levels.items()))
        return HonorificsMeasures(**values)
    if check_id == "artifacts":
        return ArtifactsMeasures(**values)
    if check_id == "culture":
        for name, shape in (("recommendations", Recommendation), ("resources", ResourceMention)):
            if values.get(name) is not None:
                values[name] = tuple(shape(**entry) for entry in values[name])
        if values.get("harm_flags") is not None:
            values["harm_flags"] = tuple(values["harm_flags"])
        return CultureMeasures(**values)
    return FidelityMeasures(**values)


def no_measures(check_id: str) -> Measures:
    """All-null measures for a check that could not run."""
    shapes: dict[str, type[Measures]] = {
        "honorifics": HonorificsMeasures,
        "artifacts": ArtifactsMeasures,
        "culture": CultureMeasures,
    }
    return shapes.get(check_id, FidelityMeasures)()
