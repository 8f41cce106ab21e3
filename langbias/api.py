"""The public functions, typed: load a run, score replies, read gaps, compare runs, gate a release.

>>> import langbias
>>> audit = langbias.load("reports/our-run")                        # doctest: +SKIP
>>> [(g.language, g.check_id, g.verdict) for g in langbias.gaps(audit)]   # doctest: +SKIP
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langbias.compare import compare_runs
from langbias.corpus import load_corpus
from langbias.errors import InvalidDataError, UsageError
from langbias.gate.judging import gate_run
from langbias.gate.policy import Policy, load_policy
from langbias.gate.verdict import GateResult
from langbias.publish import judged_rows, summarise
from langbias.records import Known, Malformed, read_records, record_of
from langbias.registry import choose_checks
from langbias.report.comparison import Comparison
from langbias.report.evidence import Judged, gravest
from langbias.results import measures_object
from langbias.scoring import read_note, run_of, score_in_order
from langbias.stats.summary import Cell, Summary
from langbias.store import RunFolder
from langbias.types import CheckResult, Run

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Audit:
    """A scored run: its folder, its manifest, and all its numbers."""

    path: Path
    run: Run
    summary: Summary

    def to_frame(self) -> pandas.DataFrame:
        """One row per response x check, as pandas: who, what was found, and every plain measure of the checks.

        Measures that a check does not have are missing values; the language that fidelity found is
        `measured_language`. Raises InvalidDataError for a damaged run.
        """
        import pandas

        folder = RunFolder(self.path)
        rows = [_row(judged) for group in judged_rows(folder, read_note(folder)) for judged in group]
        return pandas.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class ScoredRecord:
    """A recorded reply with its results, one per check."""

    id: str
    language: str
    results: tuple[CheckResult, ...]


def load(run: str | Path) -> Audit:
    """Load a scored run folder. Raises InvalidDataError or StoreError when it is none."""
    folder = RunFolder(Path(run))
    manifest = run_of(folder)
    return Audit(folder.path, manifest, summarise(folder, manifest, read_note(folder)))


def score(
    records: str | Path | Iterable[Mapping[str, Any]],
    *,
    checks: str | None = None,
    as_of: str | None = None,
    workers: int | None = 1,
) -> tuple[ScoredRecord, ...]:
    """Check recorded replies: a file, or mappings with `id`, `language`, `response` and what else is known.

    `checks` are names separated by commas (default: all); `as_of` is the date crisis resources are judged at
    (default: today). Raises InvalidDataError naming the first record that cannot be understood.
    """
    known = Known(load_corpus())
    if isinstance(records, str | Path):
        items = list(read_records(Path(records), known, _refuse))
    else:
        items = []
        for number, fields in enumerate(records, start=1):
            try:
                items.append(record_of(fields, known))
            except (UsageError, ValueError, TypeError) as problem:
                raise InvalidDataError(f"record {number}: {problem}") from problem
    today = as_of or datetime.date.today().isoformat()
    scored = score_in_order(items, choose_checks(checks), workers, today)
    return tuple(ScoredRecord(one.item.id, one.item.language, one.results) for one in scored)


def _refuse(problem: Malformed) -> None:
    raise InvalidDataError(f"{problem.where}: {problem.problem}")


def gaps(audit: Audit, *, check: str | None = None, language: str | None = None) -> tuple[Cell, ...]:
    """The cells that have a gap to the baseline, of all checks and languages or of the ones named."""
    return tuple(
        cell
        for cell in audit.summary.cells
        if cell.gap and check in (None, cell.check_id) and language in (None, cell.language)
    )


def compare(
    before: Audit | str | Path,
    after: Audit | str | Path,
    *,
    target_before: str | None = None,
    target_after: str | None = None,
    rescore: bool = False,
) -> Comparison:
    """What changed between two runs; see `langbias.compare.compare_runs`."""
    return compare_runs(
        _path(before), _path(after), target_before=target_before, target_after=target_after, rescore=rescore
    )


def gate(
    run: Audit | str | Path,
    policy: Policy | str | Path = "usual",
    *,
    against: Audit | str | Path | None = None,
    target: str | None = None,
    strict: bool = False,
) -> GateResult:
    """Judge a run by a policy: an object, a file, or the name of a sample policy."""
    rules = policy if isinstance(policy, Policy) else load_policy(str(policy))
    return gate_run(_path(run), rules, None if against is None else _path(against), target=target, strict=strict)


def _path(run: Audit | str | Path) -> Path:
    return run.path if isinstance(run, Audit) else Path(run)


def _row(judged: Judged) -> dict[str, object]:
    trial, prompt, response, result = judged.trial, judged.prompt, judged.response, judged.result
    usage = response.usage
    worst = gravest(result.findings)
    row: dict[str, object] = {
        "target": trial.target_id,
        "language": prompt.language,
        "region": prompt.region,
        "scenario": prompt.scenario_id,
        "variant": prompt.variant,
        "repeat": trial.repeat,
        "turn": response.turn,
        "trial": trial.id,
        "status": response.status.value,
        "check": result.check_id,
        "outcome": result.outcome.value,
        "reason": result.reason,
        "severity": worst.value if worst else None,
        "findings": len(result.findings),
        "rules": " ".join(sorted({finding.rule_id for finding in result.findings})),
        "reply_characters": len(response.text),
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
        "latency_ms": response.latency_ms,
    }
    for name, value in measures_object(result.measures).items():
        if not isinstance(value, list | dict | tuple):
            row[f"measured_{name}" if name in row else name] = value
    return row
