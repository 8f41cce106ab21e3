"""The shape of a report: everything a page says, as plain data before any markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from langbias.report.evidence import EvidenceView, RuleView
from langbias.report.personas import PersonaView
from langbias.report.verdicts import TargetVerdict
from langbias.report.words import CheckWords, VerdictWords
from langbias.stats.summary import MeasureRow
from langbias.types import Estimate, Language, Run


@dataclass(frozen=True, slots=True)
class Drawer:
    """The replies shown for one cell (or, with `check` None, the silent ones of a language)."""

    anchor: str
    language: Language
    check: CheckWords | None
    total: int
    items: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One language x check. `others` are the shares that stay out of the rate, in words.

    `badge` says how far the check is validated here; `remarks` what stands beside the raw figures.
    """

    check: CheckWords
    verdict: VerdictWords
    rate: Estimate | None
    gap: Estimate | None
    p_holm: float | None
    others: tuple[str, ...]
    anchor: str | None
    badge: str = "unvalidated"
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came back in one language: counts by status, tokens and time."""

    language: Language
    planned: int
    stored: int
    answered: int
    blocked: int
    empty: int
    cut_off: int
    failed: int
    blocked_rate: Estimate | None
    empty_rate: Estimate | None
    prompt_tokens: Estimate | None
    completion_tokens: Estimate | None
    latency_ms: Estimate | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One language of the matrix. `reviewers` are named native speakers who have read its pack."""

    language: Language
    is_baseline: bool
    reviewers: tuple[str, ...]
    arrivals: Arrivals | None
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class PlotRow:
    """One gap in a plot, with an interval that holds for all its languages together.

    x positions are percent of the width, None where there is no interval.
    """

    language: Language
    verdict: VerdictWords
    gap: Estimate
    x: float
    x_low: float | None
    x_high: float | None


@dataclass(frozen=True, slots=True)
class Plot:
    """The gaps of one check to the baseline. The axis runs from -`limit` to +`limit` (a share)."""

    check: CheckWords
    limit: float
    rows: tuple[PlotRow, ...]


@dataclass(frozen=True, slots=True)
class TargetReport:
    """Everything about one system under test."""

    target_id: str
    model: str
    verdict: TargetVerdict
    matrix: tuple[MatrixRow, ...]
    plots: tuple[Plot, ...]
    measures: tuple[tuple[CheckWords, tuple[MeasureRow, ...]], ...]
    drawers: tuple[Drawer, ...]
    footnotes: tuple[str, ...] = ()
    personas: tuple[PersonaView, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportModel:
    """A whole report. `languages` in display order, the baseline first."""

    title: str
    run: Run
    baseline: Language
    languages: tuple[Language, ...]
    language_names: Mapping[str, Language]
    checks: tuple[CheckWords, ...]
    scenarios: str
    incomplete: str
    unreviewed: tuple[Language, ...]
    targets: tuple[TargetReport, ...]
    rules: tuple[RuleView, ...]
    limits: tuple[tuple[str, str], ...]
    outlook: tuple[str, ...] = ()
    validated: str = ""
