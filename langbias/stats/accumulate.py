"""Count outcomes as they stream by, then turn the counts into a Summary. Memory grows with scenarios, not responses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from langbias.stats.confusion import ConfusionCounts
from langbias.stats.estimates import Tally, holm, mean, paired_gap, paired_p, rate
from langbias.stats.summary import Cell, GapVerdict, LanguageRow, MeasureRow, OutcomeCount, StatusCount, Summary
from langbias.types import (
    ArtifactsMeasures,
    CheckResult,
    CultureMeasures,
    Estimate,
    FidelityMeasures,
    Measures,
    Outcome,
    Response,
    Status,
)

# Fewer paired scenarios than this give no verdict: a sign-flip test could not reach 5 % however large the gap.
LEAST_SCENARIOS = 6
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Where:
    """The cell of the design that a response belongs to."""

    target_id: str
    language: str
    scenario_id: str


@dataclass(slots=True)
class _Mean:
    total: float = 0.0
    n: int = 0

    def add(self, value: float) -> None:
        self.total += value
        self.n += 1


_Series = defaultdict[tuple[str, str], dict[str, _Mean]]


def _series() -> _Series:
    return defaultdict(dict)


@dataclass(slots=True)
class Accumulator:
    """Takes responses and check results in any order; `summary()` reads the counts. Two can be merged."""

    outcomes: dict[tuple[str, str, str], dict[str, Counter[Outcome]]] = field(default_factory=dict)
    statuses: dict[tuple[str, str], dict[str, Counter[Status]]] = field(default_factory=dict)
    access: dict[str, _Series] = field(default_factory=lambda: defaultdict(_series))
    measures: dict[tuple[str, str, str], _Series] = field(default_factory=lambda: defaultdict(_series))
    confusion: ConfusionCounts = field(default_factory=ConfusionCounts)

    def add_response(self, where: Where, response: Response) -> None:
        """Count a response's status and what it cost."""
        per_scenario = self.statuses.setdefault((where.target_id, where.language), {})
        per_scenario.setdefault(where.scenario_id, Counter())[response.status] += 1
        usage = response.usage
        for name, value in (
            ("prompt_tokens", usage.prompt_tokens if usage else None),
            ("completion_tokens", usage.completion_tokens if usage else None),
            ("latency_ms", response.latency_ms),
        ):
            if value is not None:
                series = self.access[name][where.target_id, where.language]
                series.setdefault(where.scenario_id, _Mean()).add(float(value))

    def add_result(self, where: Where, result: CheckResult) -> None:
        """Count a check's outcome and its numeric measures."""
        per_scenario = self.outcomes.setdefault((where.target_id, where.language, result.check_id), {})
        per_scenario.setdefault(where.scenario_id, Counter())[result.outcome] += 1
        for name, unit, value in _numbers(result.measures):
            series = self.measures[result.check_id, name, unit][where.target_id, where.language]
            series.setdefault(where.scenario_id, _Mean()).add(value)
        if isinstance(result.measures, FidelityMeasures):
            self.confusion.add(where.target_id, where.language, result.check_id, where.scenario_id, result.measures)

    def summary(
        self,
        *,
        run_id: str,
        signature: str,
        schema_version: int,
        baseline: str,
        targets: Sequence[str],
        languages: Sequence[str],
        checks: Sequence[str],
        scenarios: Sequence[str],
        planned: dict[tuple[str, str], int],
        seed: int,
    ) -> Summary:
        """All estimates. `planned` gives the planned turns per (target, language); order follows the arguments."""
        rows = tuple(self._row(t, lang, planned.get((t, lang), 0)) for t in targets for lang in languages)
        cells = [
            cell
            for t in targets
            for check in checks
            for cell in self._cells(t, check, baseline, languages, scenarios, seed)
        ]
        order = {(lang, check): (i, j) for i, lang in enumerate(languages) for j, check in enumerate(checks)}
        cells.sort(key=lambda cell: (targets.index(cell.target_id), order[cell.language, cell.check_id]))
        return Summary(
            run_id=run_id,
            signature=signature,
            schema_version=schema_version,
            baseline=baseline,
            targets=tuple(targets),
            languages=tuple(languages),
            checks=tuple(checks),
            n_scenarios=len(scenarios),
            rows=rows,
            cells=tuple(cells),
            measures=(
                *self._measure_rows(targets, languages, baseline, scenarios),
                *self.confusion.rows(targets, languages),
            ),
        )

    def _row(self, target: str, language: str, planned: int) -> LanguageRow:
        per_scenario = self.statuses.get((target, language), {})
        total: Counter[Status] = sum(per_scenario.values(), Counter())
        return LanguageRow(
            target_id=target,
            language=language,
            planned=planned,
            stored=sum(total.values()),
            statuses=tuple(StatusCount(status, total[status]) for status in Status if total[status]),
            blocked=_status_rate(per_scenario.values(), Status.BLOCKED),
            empty=_status_rate(per_scenario.values(), Status.EMPTY),
            prompt_tokens=_mean_of(self.access["prompt_tokens"][target, language]),
            completion_tokens=_mean_of(self.access["completion_tokens"][target, language]),
            latency_ms=_mean_of(self.access["latency_ms"][target, language]),
        )

    def _cells(
        self, target: str, check: str, baseline: str, languages: Sequence[str], scenarios: Sequence[str], seed: int
    ) -> list[Cell]:
        fails = {lang: self._fails(target, lang, check, scenarios) for lang in languages}
        others = [lang for lang in languages if lang != baseline]
        base = fails.get(baseline)
        p_values = [paired_p(fails[lang], base, seed) if base else None for lang in others]
        corrected = dict(zip(others, zip(p_values, holm(p_values), strict=True), strict=True))
        cells = []
        for lang in languages:
            p, p_holm = corrected.get(lang, (None, None))
            gap = paired_gap(fails[lang], base) if base and lang != baseline else None
            counts = sum(self.outcomes.get((target, lang, check), {}).values(), Counter())
            cells.append(
                Cell(
                    target_id=target,
                    language=lang,
                    check_id=check,
                    rate=rate(fails[lang]),
                    gap=gap,
                    p=p,
                    p_holm=p_holm,
                    verdict=_verdict(lang == baseline, base, gap, p_holm),
                    outcomes=tuple(OutcomeCount(outcome, counts[outcome]) for outcome in Outcome if counts[outcome]),
                )
            )
        return cells

    def _fails(self, target: str, language: str, check: str, scenarios: Sequence[str]) -> list[Tally]:
        per_scenario = self.outcomes.get((target, language, check), {})
        counts = [per_scenario.get(scenario, Counter()) for scenario in scenarios]
        return [Tally(c[Outcome.FAIL], c[Outcome.FAIL] + c[Outcome.PASS]) for c in counts]

    def _measure_rows(
        self, targets: Sequence[str], languages: Sequence[str], baseline: str, scenarios: Sequence[str]
    ) -> Iterable[MeasureRow]:
        for (check, name, unit), series in sorted(self.measures.items()):
            for target in targets:
                base = series.get((target, baseline), {})
                for lang in languages:
                    estimate = _mean_of(series.get((target, lang), {}))
                    if estimate is None:
                        continue
                    own = series[target, lang]
                    differences = [
                        base[s].total / base[s].n - own[s].total / own[s].n for s in scenarios if s in base and s in own
                    ]
                    gap = mean(differences, estimate.n) if lang != baseline else None
                    yield MeasureRow(target, lang, check, name, unit, estimate, gap)


def _verdict(is_baseline: bool, base: Sequence[Tally] | None, gap: Estimate | None, p_holm: float | None) -> GapVerdict:
    if is_baseline:
        return "baseline"
    if not base or not any(tally.n for tally in base):
        return "no_baseline"
    if gap is None or gap.low is None or gap.high is None or p_holm is None or gap.n_clusters < LEAST_SCENARIOS:
        return "insufficient"
    if p_holm < ALPHA and gap.low > 0:
        return "gap_found"
    if p_holm < ALPHA and gap.high < 0:
        return "better_than_baseline"
    # One comparison alone would call this a gap, several together do not: neither a finding nor its absence.
    if gap.low > 0 or gap.high < 0:
        return "insufficient"
    return "no_difference_found"


def _status_rate(per_scenario: Iterable[Counter[Status]], status: Status) -> Estimate | None:
    # A transport failure is no answer of the target: it is counted apart and enters no rate.
    return rate([Tally(c[status], sum(c.values()) - c[Status.FAILED]) for c in per_scenario])


def _mean_of(per_scenario: dict[str, _Mean]) -> Estimate | None:
    values = [cell.total / cell.n for _, cell in sorted(per_scenario.items())]
    return mean(values, sum(cell.n for cell in per_scenario.values()))


def _numbers(measures: Measures) -> Iterable[tuple[str, str, float]]:
    """The numeric measures of one result: (name, unit, value)."""
    if isinstance(measures, FidelityMeasures) and measures.expected_share is not None:
        yield "expected_share", "share", measures.expected_share
    if isinstance(measures, ArtifactsMeasures) and measures.per_100 is not None:
        yield "per_100", "rule hits per 100 sentences", measures.per_100
    if isinstance(measures, CultureMeasures):
        if measures.fit is not None:
            yield "context_fit", "-1 to 1", measures.fit
        if measures.recommendations is not None:
            given = {r.type for r in measures.recommendations if r.polarity == "recommend"}
            yield "recommendation_types", "types per reply", float(len(given))
