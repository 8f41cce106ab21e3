"""What a run says, as typed numbers: the one thing that reports read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from langbias.types import Estimate, Outcome, Status

# The verdict about a gap, from its interval alone. "no_difference_found" is not "equal". "no_baseline": the check
# judged nothing in the baseline language (a language without honorifics, say), so there is nothing to compare with.
GapVerdict = Literal[
    "baseline", "gap_found", "better_than_baseline", "no_difference_found", "insufficient", "no_baseline"
]


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """Responses of one cell with one outcome."""

    outcome: Outcome
    n: int


@dataclass(frozen=True, slots=True)
class StatusCount:
    """Responses of one language with one status; `planned` trials minus these are missing."""

    status: Status
    n: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One target x language x check.

    `rate` is fail / (pass + fail). `gap` is the baseline's pass rate minus this language's (so positive = this
    language is served worse), paired over scenarios; None for the baseline itself and where nothing pairs.
    `p_holm` is the p-value of the gap after Holm's correction over languages.
    """

    target_id: str
    language: str
    check_id: str
    rate: Estimate | None
    gap: Estimate | None
    p: float | None
    p_holm: float | None
    verdict: GapVerdict
    outcomes: tuple[OutcomeCount, ...]


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """What came back in one language of one target, before any check: planned and stored turns, statuses."""

    target_id: str
    language: str
    planned: int
    stored: int
    statuses: tuple[StatusCount, ...]
    blocked: Estimate | None
    empty: Estimate | None
    prompt_tokens: Estimate | None = None
    completion_tokens: Estimate | None = None
    latency_ms: Estimate | None = None


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A descriptive measure of one check in one language (mean or share), with its gap to the baseline if paired.

    `estimate` is None where the measure is not defined for the language or its replies.
    """

    target_id: str
    language: str
    check_id: str
    name: str
    unit: str
    estimate: Estimate | None
    gap: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """All numbers of a run. `checks` in display order; rows, cells and measures sorted by target, language, check."""

    run_id: str
    signature: str
    schema_version: int
    baseline: str
    targets: tuple[str, ...]
    languages: tuple[str, ...]
    checks: tuple[str, ...]
    n_scenarios: int
    rows: tuple[LanguageRow, ...]
    cells: tuple[Cell, ...]
    measures: tuple[MeasureRow, ...]
