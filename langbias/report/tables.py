"""The machine-readable copies: `results.csv` (one row per response and check) and `summary.json`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

import regex

from langbias.report.evidence import Judged, gravest
from langbias.report.quotation import visible
from langbias.stats.summary import Summary
from langbias.types import Run

SCHEMA_VERSION = 1
COLUMNS = (
    "target", "language", "region", "scenario", "variant", "repeat", "turn", "trial", "status", "finish_reason",
    "check", "outcome", "severity", "findings", "rules", "reason", "measures", "reply_characters", "prompt_tokens",
    "completion_tokens", "latency_ms", "attempts", "model_reported",
)  # fmt: skip

_SURROGATE = regex.compile(r"[\ud800-\udfff]")
# A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_results_csv(out: TextIO, rows: Iterable[Judged]) -> int:
    """Write one line per response and check to `out` (open it with newline=""), and return how many.

    The rows stream through. Texts of others are put on one line, invisible characters are named, and what a
    spreadsheet would run as a formula is quoted with an apostrophe. Whole replies stay in `responses.jsonl`.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = 0
    for row in rows:
        writer.writerow([_cell(value) for value in _values(row)])
        written += 1
    return written


def _values(row: Judged) -> tuple[str | int | float | None, ...]:
    trial, prompt, response, result = row.trial, row.prompt, row.response, row.result
    usage = response.usage
    return (
        trial.target_id, prompt.language, prompt.region, prompt.scenario_id, prompt.variant, trial.repeat,
        response.turn, trial.id, response.status, response.finish_reason,
        result.check_id, result.outcome, gravest(result.findings), len(result.findings),
        " ".join(sorted({finding.rule_id for finding in result.findings})), result.reason,
        _json(asdict(result.measures)), len(response.text),
        usage.prompt_tokens if usage else None, usage.completion_tokens if usage else None,
        response.latency_ms, response.attempts, response.model_reported,
    )  # fmt: skip


def _cell(value: str | int | float | None) -> str | int | float:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = visible(value, limit=30_000)
    return "'" + text if text.startswith(_FORMULA) else text


def summary_json(summary: Summary, run: Run) -> str:
    """All numbers of a run with its manifest, as JSON with sorted keys, ending in a line feed.

    Raises ValueError when a number is not finite (it never should be).
    """
    manifest = asdict(run)
    for target in manifest["targets"]:
        del target["secret_env"]
    return _json({"schema_version": SCHEMA_VERSION, "run": manifest, "summary": asdict(summary)}, indent=2) + "\n"


def _json(value: object, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=indent)
    return str(_SURROGATE.sub("\ufffd", text))
