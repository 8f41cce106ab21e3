"""From outcomes to cells: rates, gaps, verdicts, statuses."""

from dataclasses import replace

from langbias.stats.accumulate import Accumulator
from langbias.stats.bias_pairs import PersonaLevels
from langbias.stats.instrument import Labelled
from langbias.stats.summary import Cell, Summary
from langbias.stats.where import Where
from langbias.types import (
    CheckResult,
    CultureMeasures,
    FidelityMeasures,
    HonorificsMeasures,
    Outcome,
    PersonaPair,
    Response,
    Status,
    Usage,
)

TWO = ("T", "mixed", "V")
SCENARIOS = [f"s{k}" for k in range(8)]


def result(outcome: Outcome, share: float | None = None) -> CheckResult:
    return CheckResult("t", 0, "fidelity", outcome, "", FidelityMeasures(expected_share=share))


def summarise(accumulator: Accumulator, languages: tuple[str, ...] = ("en", "ko", "yo")) -> Summary:
    return accumulator.summary(
        run_id="r",
        signature="s",
        schema_version=1,
        baseline="en",
        targets=["m"],
        languages=languages,
        checks=["fidelity"],
        scenarios=SCENARIOS,
        seed=1,
    )


def filled(**fails: int) -> Accumulator:
    """Eight scenarios a language, of which the first `fails[language]` fail."""
    accumulator = Accumulator()
    for language, count in fails.items():
        for at, scenario in enumerate(SCENARIOS):
            outcome = Outcome.FAIL if at < count else Outcome.PASS
            accumulator.add_result(Where("m", language, scenario), result(outcome, 1.0 if at >= count else 0.0))
    return accumulator


def cell(summary: Summary, language: str) -> Cell:
    return next(c for c in summary.cells if c.language == language)


def test_a_language_that_always_fails_where_the_baseline_never_does_is_a_gap() -> None:
    summary = summarise(filled(en=0, ko=0, yo=8))
    gap = cell(summary, "yo").gap
    assert gap is not None
    assert gap.value == 1.0
    assert cell(summary, "yo").verdict == "gap_found"
    assert cell(summary, "ko").verdict == "no_difference_found"
    assert cell(summary, "en").verdict == "baseline"
    assert cell(summary, "en").gap is None


def test_a_gap_that_only_the_correction_takes_back_is_no_absence_of_one() -> None:
    summary = summarise(filled(en=0, ko=6, ru=0, fa=0, yo=0), ("en", "ko", "ru", "fa", "yo"))
    found = cell(summary, "ko")
    assert found.p is not None
    assert found.p_holm is not None
    assert found.p < 0.05 < found.p_holm
    assert found.verdict == "insufficient"


def test_a_language_served_better_than_the_baseline_says_so() -> None:
    assert cell(summarise(filled(en=8, ko=0, yo=8)), "ko").verdict == "better_than_baseline"


def test_a_rate_leaves_out_abstentions_and_counts_them() -> None:
    accumulator = filled(en=0, ko=2)
    accumulator.add_result(Where("m", "ko", "s0"), result(Outcome.ABSTAIN))
    found = cell(summarise(accumulator, ("en", "ko")), "ko")
    assert found.rate is not None
    assert found.rate.value == 2 / 8
    assert {(o.outcome, o.n) for o in found.outcomes} == {
        (Outcome.PASS, 6),
        (Outcome.FAIL, 2),
        (Outcome.ABSTAIN, 1),
    }


def test_too_few_scenarios_give_no_verdict() -> None:
    accumulator = Accumulator()
    for scenario in SCENARIOS[:3]:
        accumulator.add_result(Where("m", "en", scenario), result(Outcome.PASS))
        accumulator.add_result(Where("m", "ko", scenario), result(Outcome.FAIL))
    assert cell(summarise(accumulator, ("en", "ko")), "ko").verdict == "insufficient"


def test_a_language_without_a_baseline_run_beside_it_has_no_gap() -> None:
    found = cell(summarise(filled(ko=4), ("ko",)), "ko")
    assert found.gap is None
    assert found.verdict == "no_baseline"


def test_a_check_that_judges_nothing_in_the_baseline_gives_no_gap_elsewhere() -> None:
    accumulator = filled(ko=4)
    for scenario in SCENARIOS:
        accumulator.add_result(Where("m", "en", scenario), result(Outcome.NOT_APPLICABLE))
    assert cell(summarise(accumulator, ("en", "ko")), "ko").verdict == "no_baseline"


def test_nothing_scored_is_no_rate_and_no_crash() -> None:
    summary = summarise(Accumulator())
    assert all(c.rate is None and c.gap is None for c in summary.cells)
    assert [row.stored for row in summary.rows] == [0, 0, 0]


def test_statuses_blocked_and_empty_are_rates_and_failures_of_transport_are_not() -> None:
    accumulator = Accumulator()
    for scenario, status in zip(
        SCENARIOS, [Status.BLOCKED, Status.EMPTY, Status.FAILED, *[Status.OK] * 5], strict=True
    ):
        accumulator.add_response(Where("m", "ko", scenario), Response("t", 0, status, "", usage=Usage(10, 20)))
    row = summarise(accumulator, ("ko",)).rows[0]
    assert row.blocked is not None
    assert row.empty is not None
    assert (row.blocked.value, row.empty.value) == (1 / 7, 1 / 7)
    assert {(s.status, s.n) for s in row.statuses} >= {(Status.FAILED, 1), (Status.OK, 5)}
    assert row.completion_tokens is not None
    assert row.completion_tokens.value == 20


def test_measures_are_means_over_scenarios_with_a_paired_gap() -> None:
    summary = summarise(filled(en=0, ko=4), ("en", "ko"))
    row = next(m for m in summary.measures if m.language == "ko")
    assert (row.name, row.estimate.value) == ("expected_share", 0.5)
    assert row.gap is not None
    assert row.gap.value == 0.5


def test_results_may_come_in_any_order() -> None:
    first, second = filled(en=2, ko=5), filled(ko=5, en=2)
    assert summarise(first) == summarise(second)


def test_culture_measures_count_recommended_types() -> None:
    accumulator = Accumulator()
    measures = CultureMeasures(recommendations=(), fit=-0.5)
    accumulator.add_result(Where("m", "ko", "s0"), CheckResult("t", 0, "culture", Outcome.PASS, "", measures))
    assert ("culture", "context_fit", "-1 to 1") in accumulator.measures


def test_a_persona_is_another_question_and_changes_no_figure() -> None:
    alone, both = filled(en=1, ko=3), filled(en=1, ko=3)
    both.personas = PersonaLevels((PersonaPair("age", "old", "young", ("an elder", "a child")),), {"ko": TWO})
    for variant in ("old", "young", "persona-of-no-pair"):
        for scenario in SCENARIOS:
            where = Where("m", "ko", scenario, 0, variant)
            both.add_planned(where, 1)
            both.add_response(where, Response("t", 0, Status.BLOCKED, "", usage=Usage(1, 1), latency_ms=1.0))
            both.add_result(where, result(Outcome.FAIL, 0.0))
            given = HonorificsMeasures("V" if variant == "old" else "T")
            both.add_result(where, CheckResult("t", 0, "honorifics", Outcome.FAIL, "", given))
            both.add_label(where, "fidelity", Labelled(scenario, 1.0, 0.0, 1.0))
    one, two = summarise(alone), summarise(both)
    assert [row.verdict for row in two.personas] == ["first_higher"]
    assert replace(two, personas=()) == one


def test_a_second_wording_is_a_control_and_no_reply_that_counts() -> None:
    alone, both = filled(en=1, ko=3), filled(en=1, ko=3)
    for scenario in SCENARIOS:
        both.add_planned(Where("m", "en", scenario, 0, "paraphrase"), 1)
        both.add_result(Where("m", "en", scenario, 0, "paraphrase"), result(Outcome.FAIL, 0.0))
    one, two = summarise(alone), summarise(both)
    assert (one.rows, one.measures) == (two.rows, two.measures)
    assert [c.rate for c in one.cells] == [c.rate for c in two.cells]
    assert two.floors[0].wording is not None
