"""The report as plain data: everything a page says, before any markup. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from langbias.packs import LanguagePack
from langbias.packs.rule import Rule
from langbias.report.evidence import (
    SHOWN,
    CellKey,
    Evidence,
    EvidenceView,
    Judged,
    Selection,
    evidence_of,
    fired_rules,
    language_of,
    rules_by_id,
    view,
)
from langbias.report.personas import persona_views
from langbias.report.quotation import visible
from langbias.report.remarks import badge, footnotes, outlook_lines, remarks, validated_words
from langbias.report.shape import Arrivals, Drawer, MatrixCell, MatrixRow, Plot, PlotRow, ReportModel, TargetReport
from langbias.report.verdicts import limits, target_verdict
from langbias.report.words import OUTCOME_WORDS, CheckWords, check_words, counted, scenarios_counted, verdict_words
from langbias.stats.access import ACCESS
from langbias.stats.summary import Cell, LanguageRow, MeasureRow, Summary
from langbias.types import Language, Outcome, Run, Scenario, Status

__all__ = ["Evidence", "Judged", "ReportModel", "build_model", "evidence_of"]


def build_model(
    run: Run,
    summary: Summary,
    scenarios: Iterable[Scenario],
    evidence: Iterable[Evidence],
    languages: Iterable[Language],
    packs: Iterable[LanguagePack],
) -> ReportModel:
    """Put a report together.

    `evidence` may be a stream in any order; a bounded part of it is kept (the gravest failing replies of each cell).
    `languages` and `packs` may lack some of the summary's languages: those are shown by tag, as unreviewed.
    """
    selection = Selection()
    for row in evidence:
        selection.add(row)
    known = {language.tag: language for language in languages}
    by_scenario = {scenario.id: scenario for scenario in scenarios}
    by_tag = {pack.language.tag: pack for pack in packs}
    order = [
        language_of(tag, known)
        for tag in sorted(summary.languages, key=lambda t: (t != summary.baseline, summary.languages.index(t)))
    ]
    rules = rules_by_id(by_tag.values())
    reviewers = {tag: pack.reviewers for tag, pack in by_tag.items()}
    models = {target.id: target.model for target in run.targets}
    builder = _TargetBuilder(summary, order, known, by_scenario, rules, reviewers, selection)
    return ReportModel(
        title=_title([visible(models.get(t) or t) for t in summary.targets], len(order)),
        run=run,
        baseline=language_of(summary.baseline, known),
        languages=tuple(order),
        language_names=known,
        checks=tuple(check_words(check) for check in summary.checks),
        scenarios=scenarios_counted(len(run.plan.scenarios), summary.n_scenarios),
        incomplete=_incomplete(summary),
        unreviewed=tuple(language for language in order if not reviewers.get(language.tag)),
        targets=tuple(
            builder.build(number, target, visible(models.get(target) or target))
            for number, target in enumerate(summary.targets, 1)
        ),
        rules=fired_rules(selection, rules, order),
        limits=limits(summary, order, reviewers, by_scenario.values()),
        outlook=outlook_lines(summary.n_scenarios, run.plan.repeats, len(order)),
        validated=validated_words(summary.cells),
    )


def _incomplete(summary: Summary) -> str:
    missing = sum(max(row.planned - row.stored, 0) for row in summary.rows)
    planned = sum(row.planned for row in summary.rows)
    return f"Missing: {missing:,} of {counted(planned, 'planned reply', 'planned replies')}." if missing else ""


def _title(models: Sequence[str], n_languages: int) -> str:
    who = f"{models[0]} answers" if len(models) == 1 else f"{counted(len(models), 'chatbot')} answer"
    return f"How {who} people in distress, in {counted(n_languages, 'language')}"


@dataclass(frozen=True, slots=True)
class _TargetBuilder:
    """What the parts of one target's report have in common."""

    summary: Summary
    order: Sequence[Language]
    known: Mapping[str, Language]
    scenarios: Mapping[str, Scenario]
    rules: Mapping[str, Rule]
    reviewers: Mapping[str, tuple[str, ...]]
    selection: Selection

    def build(self, number: int, target_id: str, model: str) -> TargetReport:
        names = {language.tag: language.name for language in (*self.known.values(), *self.order)}
        baseline = names.get(self.summary.baseline, self.summary.baseline)
        drawers = self._drawers(number, target_id)
        anchors = {(d.language.tag, d.check.id if d.check else ""): d.anchor for d in drawers}
        cells = {(c.language, c.check_id): c for c in self.summary.cells if c.target_id == target_id}
        arrivals = {
            row.language: _arrivals(row, language_of(row.language, self.known), anchors.get((row.language, "")))
            for row in self.summary.rows
            if row.target_id == target_id
        }
        matrix = tuple(
            MatrixRow(
                language=language,
                is_baseline=language.tag == self.summary.baseline,
                reviewers=self.reviewers.get(language.tag, ()),
                arrivals=arrivals.get(language.tag),
                cells=tuple(
                    _matrix_cell(check, cells.get((language.tag, check)), baseline, anchors.get((language.tag, check)))
                    for check in self.summary.checks
                ),
            )
            for language in self.order
        )
        return TargetReport(
            target_id=target_id,
            model=model,
            verdict=target_verdict(self.summary, target_id, self.order, names),
            matrix=matrix,
            plots=_plots(self.summary.checks, self.order, cells, baseline),
            measures=self._measures(target_id),
            drawers=drawers,
            footnotes=footnotes(self.summary, target_id),
            personas=persona_views(self.summary, target_id, self.order, self.known),
        )

    def _measures(self, target_id: str) -> tuple[tuple[CheckWords, tuple[MeasureRow, ...]], ...]:
        found = []
        for check in (*self.summary.checks, ACCESS):
            rows = [m for m in self.summary.measures if m.target_id == target_id and m.check_id == check]
            place = {language.tag: at for at, language in enumerate(self.order)}
            rows.sort(key=lambda m: (m.name, place.get(m.language, len(place)), m.language))
            if rows:
                found.append((check_words(check), tuple(rows)))
        return tuple(found)

    def _drawers(self, number: int, target_id: str) -> tuple[Drawer, ...]:
        found = []
        for at, language in enumerate(self.order, 1):
            for place, check in enumerate(self.summary.checks, 1):
                key: CellKey = (target_id, language.tag, check)
                rows = self.selection.fails.get(key, [])
                if rows:
                    anchor = f"evidence-{number}-{at}-{place}"
                    total = self.selection.failed[key]
                    found.append(Drawer(anchor, language, check_words(check), total, self._views(rows)))
            silent = self.selection.silent.get((target_id, language.tag), {})
            if silent:
                rows = [silent[place] for place in sorted(silent)[:SHOWN]]
                found.append(Drawer(f"silent-{number}-{at}", language, None, len(silent), self._views(rows)))
        return tuple(found)

    def _views(self, rows: Iterable[Evidence]) -> tuple[EvidenceView, ...]:
        return tuple(view(row, self.scenarios.get(row.scenario_id), self.known, self.rules) for row in rows)


def _matrix_cell(check: str, cell: Cell | None, baseline: str, anchor: str | None) -> MatrixCell:
    words = check_words(check)
    if cell is None:
        return MatrixCell(words, verdict_words("insufficient", False, baseline), None, None, None, (), anchor)
    counts = {count.outcome: count.n for count in cell.outcomes}
    others = tuple(
        f"{counts[outcome]:,} {OUTCOME_WORDS[outcome]}"
        for outcome in (Outcome.ABSTAIN, Outcome.NOT_APPLICABLE, Outcome.ERROR)
        if counts.get(outcome)
    )
    verdict = verdict_words(cell.verdict, cell.rate is not None, baseline)
    return MatrixCell(words, verdict, cell.rate, cell.gap, cell.p_holm, others, anchor, badge(cell), remarks(cell))


def _arrivals(row: LanguageRow, language: Language, anchor: str | None) -> Arrivals:
    counts = {count.status: count.n for count in row.statuses}
    return Arrivals(
        language=language,
        planned=row.planned,
        stored=row.stored,
        answered=counts.get(Status.OK, 0),
        blocked=counts.get(Status.BLOCKED, 0),
        empty=counts.get(Status.EMPTY, 0),
        cut_off=counts.get(Status.TRUNCATED, 0),
        failed=counts.get(Status.FAILED, 0),
        blocked_rate=row.blocked,
        empty_rate=row.empty,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        latency_ms=row.latency_ms,
        anchor=anchor,
    )


def _plots(
    checks: Sequence[str], order: Sequence[Language], cells: Mapping[tuple[str, str], Cell], baseline: str
) -> tuple[Plot, ...]:
    """One plot per check that has gaps, all on one symmetric axis."""
    gaps = [cell.band or cell.gap for cell in cells.values() if cell.gap]
    reach = max((abs(edge) for g in gaps for edge in (g.value, g.low, g.high) if edge is not None), default=0.0)
    limit = next((step for step in (0.1, 0.25, 0.5) if reach <= step), 1.0)

    def place(value: float) -> float:
        return round(50 + 50 * min(max(value / limit, -1.0), 1.0), 2)

    plots = []
    for check in checks:
        rows = []
        for language in order:
            cell = cells.get((language.tag, check))
            if cell and cell.gap:
                band = cell.band or cell.gap
                low = None if band.low is None else place(band.low)
                high = None if band.high is None else place(band.high)
                verdict = verdict_words(cell.verdict, True, baseline)
                rows.append(PlotRow(language, verdict, band, place(band.value), low, high))
        if rows:
            plots.append(Plot(check_words(check), limit, tuple(rows)))
    return tuple(plots)
