"""Count outcomes as they stream by, then turn the counts into a Summary. Memory grows with scenarios, not responses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from langbias.stats.bias_pairs import PersonaLevels
from langbias.stats.cells import CheckFigures, Column, check_figures
from langbias.stats.confusion import ConfusionCounts
from langbias.stats.estimates import Tally, mean, rate
from langbias.stats.instrument import ErrorRates, Labelled
from langbias.stats.multiple import holm
from langbias.stats.paired import difference_p, mean_gap, paired_gap, paired_p
from langbias.stats.summary import LanguageRow, MeasureRow, StatusCount, Summary
from langbias.stats.where import Where
from langbias.types import (
    BASE,
    PARAPHRASE,
    ArtifactsMeasures,
    CheckResult,
    CultureMeasures,
    Estimate,
    FidelityMeasures,
    HonorificsMeasures,
    Measures,
    Outcome,
    Response,
    Status,
)

_JUDGED = (Outcome.PASS, Outcome.FAIL)


@dataclass(slots=True)
class _Mean:
    total: float = 0.0
    n: int = 0

    def add(self, value: float) -> None:
        self.total += value
        self.n += 1

    @property
    def mean(self) -> float:
        return self.total / self.n


_Series = defaultdict[tuple[str, str], dict[str, _Mean]]


def _series() -> _Series:
    return defaultdict(dict)


@dataclass(slots=True)
class _Counts:
    """Outcomes of one scenario in one cell; failing and judged replies by repeat."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    by_repeat: dict[int, list[int]] = field(default_factory=dict)

    def add(self, repeat: int, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        if outcome in _JUDGED:
            found = self.by_repeat.setdefault(repeat, [0, 0])
            found[0] += outcome is Outcome.FAIL
            found[1] += 1

    def tally(self) -> Tally:
        return Tally(self.outcomes[Outcome.FAIL], self.outcomes[Outcome.FAIL] + self.outcomes[Outcome.PASS])


_NOTHING = _Counts()


@dataclass(slots=True)
class Accumulator:
    """Takes plans, responses, results and labels in any order; `summary()` reads the counts.

    Rates, gaps and measures count the base prompts alone. Second wordings go into the noise floor; the level of a
    reply to a persona goes into `personas`, and nothing else of it anywhere.
    """

    planned: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    outcomes: dict[tuple[str, str, str], dict[str, _Counts]] = field(default_factory=dict)
    paraphrases: dict[tuple[str, str, str], dict[str, _Counts]] = field(default_factory=dict)
    labelled: dict[tuple[str, str, str], list[Labelled]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[tuple[str, str], dict[str, Counter[Status]]] = field(default_factory=dict)
    access: dict[str, _Series] = field(default_factory=lambda: defaultdict(_series))
    measures: dict[tuple[str, str, str], _Series] = field(default_factory=lambda: defaultdict(_series))
    confusion: ConfusionCounts = field(default_factory=ConfusionCounts)
    personas: PersonaLevels = field(default_factory=PersonaLevels)

    def add_planned(self, where: Where, turns: int) -> None:
        """Count the replies that a trial should bring."""
        if where.variant == BASE:
            self.planned[where.target_id, where.language][where.scenario_id] += turns
        else:
            self.personas.add_planned(where, turns)

    def add_response(self, where: Where, response: Response) -> None:
        """Count a response's status and what it cost."""
        if where.variant != BASE:
            return
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
        """Count a check's outcome and its numeric measures; of a reply to a persona, its level alone."""
        if where.variant not in (BASE, PARAPHRASE):
            if isinstance(result.measures, HonorificsMeasures):
                self.personas.add(where, result.turn, result.measures)
            return
        cells = self.outcomes if where.variant == BASE else self.paraphrases
        per_scenario = cells.setdefault((where.target_id, where.language, result.check_id), {})
        per_scenario.setdefault(where.scenario_id, _Counts()).add(where.repeat, result.outcome)
        if where.variant == PARAPHRASE:
            return
        for name, unit, value in _numbers(result.measures):
            series = self.measures[result.check_id, name, unit][where.target_id, where.language]
            series.setdefault(where.scenario_id, _Mean()).add(value)
        if isinstance(result.measures, FidelityMeasures):
            self.confusion.add(where.target_id, where.language, result.check_id, where.scenario_id, result.measures)

    def add_label(self, where: Where, check_id: str, labelled: Labelled) -> None:
        """Take note of what people said about one judged reply."""
        if where.variant == BASE:
            self.labelled[where.target_id, where.language, check_id].append(labelled)

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
        seed: int,
        errors: Mapping[tuple[str, str], ErrorRates] | None = None,
    ) -> Summary:
        """All estimates; order follows the arguments. `errors` holds known error rates per (language, check)."""
        rows = tuple(row for t in targets for row in self._rows(t, languages, baseline, scenarios, seed))
        figures = [
            self._figures(t, check, baseline, languages, scenarios, seed, errors or {})
            for t in targets
            for check in checks
        ]
        order = {
            (t, lang, check): (i, j, k)
            for i, t in enumerate(targets)
            for j, lang in enumerate(languages)
            for k, check in enumerate(checks)
        }
        cells = [cell for found in figures for cell in found.cells]
        cells.sort(key=lambda cell: order[cell.target_id, cell.language, cell.check_id])
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
                *self._measure_rows(targets, languages, baseline, scenarios, seed),
                *self.confusion.rows(targets, languages),
            ),
            floors=tuple(found.floor for found in figures),
            spreads=tuple(found.spread for found in figures if found.spread),
            personas=self.personas.rows(targets, languages),
        )

    def _rows(
        self, target: str, languages: Sequence[str], baseline: str, scenarios: Sequence[str], seed: int
    ) -> list[LanguageRow]:
        silent = {lang: self.silence(target, lang, scenarios) for lang in languages}
        base = silent.get(baseline, ())
        others = [lang for lang in languages if lang != baseline and base]
        p_values = holm([paired_p(silent[lang], base, seed) for lang in others])
        corrected = dict(zip(others, p_values, strict=True))
        rows = []
        for lang in languages:
            row = self._row(target, lang)
            gap = paired_gap(silent[lang], base) if lang in corrected else None
            rows.append(
                replace(row, no_reply=rate(silent[lang]), no_reply_gap=gap, no_reply_p_holm=corrected.get(lang))
            )
        return rows

    def silence(self, target: str, language: str, scenarios: Sequence[str]) -> tuple[Tally, ...]:
        """Blocked or empty replies per scenario, among those that came."""
        statuses = self.statuses.get((target, language), {})
        return tuple(_silent(statuses.get(scenario, Counter())) for scenario in scenarios)

    def _row(self, target: str, language: str) -> LanguageRow:
        per_scenario = self.statuses.get((target, language), {})
        total: Counter[Status] = sum(per_scenario.values(), Counter())
        return LanguageRow(
            target_id=target,
            language=language,
            planned=self.planned[target, language].total(),
            stored=sum(total.values()),
            statuses=tuple(StatusCount(status, total[status]) for status in Status if total[status]),
            blocked=_status_rate(per_scenario.values(), Status.BLOCKED),
            empty=_status_rate(per_scenario.values(), Status.EMPTY),
            prompt_tokens=_mean_of(self.access["prompt_tokens"][target, language]),
            completion_tokens=_mean_of(self.access["completion_tokens"][target, language]),
            latency_ms=_mean_of(self.access["latency_ms"][target, language]),
        )

    def _figures(
        self,
        target: str,
        check: str,
        baseline: str,
        languages: Sequence[str],
        scenarios: Sequence[str],
        seed: int,
        errors: Mapping[tuple[str, str], ErrorRates],
    ) -> CheckFigures:
        columns = [self.column(target, lang, check, scenarios, errors.get((lang, check))) for lang in languages]
        return check_figures(target, check, baseline, columns, scenarios, seed)

    def column(
        self, target: str, language: str, check: str, scenarios: Sequence[str], errors: ErrorRates | None = None
    ) -> Column:
        """One language of one check, in the order of `scenarios`."""
        key = (target, language, check)
        counts = [self.outcomes.get(key, {}).get(scenario, _NOTHING) for scenario in scenarios]
        control = self.paraphrases.get(key, {})
        statuses = self.statuses.get((target, language), {})
        planned = tuple(self.planned[target, language][scenario] for scenario in scenarios)
        came = [_came(statuses.get(scenario, Counter())) for scenario in scenarios]
        return Column(
            language=language,
            tallies=tuple(count.tally() for count in counts),
            outcomes=sum((count.outcomes for count in counts), Counter()),
            planned=planned,
            lost=tuple(max(asked - there, 0) for asked, there in zip(planned, came, strict=True)),
            repeats=tuple({k: Tally(*found) for k, found in sorted(count.by_repeat.items())} for count in counts),
            paraphrase=tuple(control.get(s, _NOTHING).tally() for s in scenarios) if control else (),
            errors=errors,
            labelled=tuple(self.labelled.get(key, ())),
        )

    def _measure_rows(
        self, targets: Sequence[str], languages: Sequence[str], baseline: str, scenarios: Sequence[str], seed: int
    ) -> Iterable[MeasureRow]:
        """Ordinal and continuous measures: means over scenarios, paired gaps, p corrected over languages."""
        for (check, name, unit), series in sorted(self.measures.items()):
            for target in targets:
                base = series.get((target, baseline), {})
                there = [lang for lang in languages if series.get((target, lang))]
                apart = {
                    lang: [
                        base[s].mean - series[target, lang][s].mean
                        for s in scenarios
                        if s in base and s in series[target, lang]
                    ]
                    for lang in there
                    if lang != baseline
                }
                p_values = {lang: difference_p(np.asarray(values, dtype=float), seed) for lang, values in apart.items()}
                corrected = dict(zip(p_values, holm(list(p_values.values())), strict=True))
                for lang in there:
                    estimate = _mean_of(series[target, lang])
                    gap = mean_gap(apart[lang], estimate.n) if estimate and lang in apart else None
                    p, p_holm = p_values.get(lang), corrected.get(lang)
                    yield MeasureRow(target, lang, check, name, unit, estimate, gap, p, p_holm)


def _silent(statuses: Counter[Status]) -> Tally:
    # A transport failure is no answer of the target: it is counted apart and enters no rate.
    return Tally(statuses[Status.BLOCKED] + statuses[Status.EMPTY], _came(statuses))


def _came(statuses: Counter[Status]) -> int:
    return statuses.total() - statuses[Status.FAILED]


def _status_rate(per_scenario: Iterable[Counter[Status]], status: Status) -> Estimate | None:
    return rate([Tally(c[status], _came(c)) for c in per_scenario])


def _mean_of(per_scenario: dict[str, _Mean]) -> Estimate | None:
    values = [cell.mean for _, cell in sorted(per_scenario.items())]
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
