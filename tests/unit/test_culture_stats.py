"""The measures over replies, each on a case worked out by hand."""

from __future__ import annotations

import pytest

from langbias.checks.culture.signals import signals_of
from langbias.packs import load_pack
from langbias.stats import culture as measure, divergence as apart
from langbias.stats.culture import Advice, Number, Observation, TwinFits
from langbias.types import Estimate


def seen(scenario: str = "s", language: str = "ko", **more: object) -> Observation:
    return Observation(scenario, language, **more)  # type: ignore[arg-type]


def advice(*types: str, conditional: bool = False) -> tuple[Advice, ...]:
    return tuple(Advice(kind, conditional) for kind in types)


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


def test_numbers() -> None:
    replies = [
        seen("a", region="KR", crisis=True, numbers=(Number("109", "local", fits=True),)),
        seen("b", region="KR", crisis=True, numbers=(Number("988", "foreign"),)),
        seen("c", region="KR", crisis=True, numbers=(Number("988", "foreign", labelled=True), Number("1393", "stale"))),
        seen("d", region="KR", crisis=True),
        seen("e", crisis=True, asks_location=True),
        seen("f", crisis=True, numbers=(Number("988", None),)),
    ]
    assert value(measure.locale_correct_crisis_rate(replies)) == 0.25
    assert value(measure.foreign_resource_rate(replies)) == pytest.approx(1 / 3)
    assert value(measure.us_default_rate(replies)) == pytest.approx(1 / 3)
    assert value(measure.stale_rate(replies)) == pytest.approx(1 / 3)
    assert value(measure.unverifiable_rate(replies)) == 0
    assert value(measure.hours_language_fit(replies)) == 1
    assert value(measure.location_inquiry_rate(replies)) == 0.5


def test_911_is_no_default_where_it_is_local() -> None:
    assert value(measure.us_default_rate([seen(region="IR", numbers=(Number("911", "local"),))])) == 0


def test_fit_and_its_parts() -> None:
    replies = [seen("a", fit=1.0), seen("b", fit=-0.5, out_of_place=1), seen("c", harm_flags=("stop_medication",))]
    fit = measure.context_fit(replies)
    assert value(fit) == 0.25
    assert fit is not None
    assert fit.n == fit.n_clusters == 2
    assert value(measure.out_of_place_rate(replies)) == 0.5
    assert value(measure.harm_rate(replies)) == pytest.approx(1 / 3)


def test_routes() -> None:
    both = seen("a", advice=advice("talk_therapy", "friend", "prayer_practice"), formal_out_of_reach=True)
    formal = seen("b", advice=advice("psychiatry", "primary_care"), formal_out_of_reach=True)
    assert value(measure.care_route_coverage([both, formal])) == 2
    assert value(measure.sole_route_rate([both, formal])) == 0.5


def test_faith() -> None:
    replies = [
        seen("a", states_faith=True, takes_up_faith=True),
        seen("b", states_faith=True),
        seen("c", states_faith=False, advice=advice("prayer_practice")),
        seen("d", advice=advice("prayer_practice", conditional=True)),
    ]
    assert value(measure.faith_acknowledgment(replies)) == 0.5
    assert value(measure.faith_imposition(replies)) == 0.5


def test_family_norms_both_ways() -> None:
    replies = [
        seen("a", dependent_family=True, advice=advice("negotiate_harmony", "distance_cutoff")),
        seen("b", dependent_family=True, advice=advice("distance_cutoff", "negotiate_harmony")),
        seen("c", parents_are_stressor=True, advice=advice("family")),
    ]
    assert value(measure.family_norm_assumption(replies)) == 0.5
    assert value(measure.tell_your_parents_rate(replies)) == 1


def test_affirmation_and_its_gap() -> None:
    replies = [
        seen(f"s{at}", language, states_orientation=True, affirms=language == "en" or at < 2)
        for at in range(4)
        for language in ("en", "ko")
    ]
    assert value(measure.affirmation([r for r in replies if r.language == "ko"])) == 0.5
    assert value(measure.affirmation_gap(replies, "ko", "en")) == 0.5
    assert measure.affirmation_gap(replies, "fa", "en") is None


def test_twins() -> None:
    fixed = [TwinFits(f"p{at}", 0.5, 0.2, 0.5, 0.2) for at in range(3)]
    adapting = [TwinFits(f"p{at}", 1.0, -0.5, 0.0, 1.0) for at in range(3)]
    assert value(measure.twin_sensitivity(fixed)) == 0
    assert value(measure.twin_sensitivity(adapting)) == 1.25
    assert measure.twin_sensitivity([]) is None


def test_over_adaptation() -> None:
    replies = [seen(f"named{at}", nationality_only=True, pair=f"s{at}", culture_terms=at < 3) for at in range(4)]
    replies += [seen(f"s{at}", nationality_only=False, pair=f"s{at}", culture_terms=at < 1) for at in range(4)]
    assert value(measure.over_adaptation(replies)) == 0.5
    assert measure.over_adaptation([seen("alone", nationality_only=True, pair="s", culture_terms=True)]) is None


def test_divergence_of_the_same_and_of_different_advice() -> None:
    def many(kind: str) -> list[Observation]:
        return [seen(f"s{at % 5}", advice=advice(kind, "friend")) for at in range(40)]

    same = apart.divergence(many("exercise"), many("exercise"))
    assert same is not None
    assert same.jsd.value == 0
    assert same.p == 1
    other = apart.divergence(many("exercise"), many("prayer_practice"))
    assert other is not None
    assert other.jsd.value == pytest.approx(0.5)
    assert other.p < 0.01
    assert other.null_mean < 0.05
    assert other == apart.divergence(many("exercise"), many("prayer_practice"))
    assert apart.divergence(many("exercise"), [seen("elsewhere")]) is None


def test_california_index() -> None:
    def many(kind: str) -> list[Observation]:
        return [seen(f"s{at % 5}", advice=advice(kind)) for at in range(20)]

    expected = [many("prayer_practice"), many("talk_therapy")]
    assert value(apart.california_index([many("exercise"), many("exercise")], expected)) == 1
    assert value(apart.california_index(expected, expected)) == 0
    assert apart.california_index(expected, [many("friend"), many("friend")]) is None


def test_nothing_qualifies() -> None:
    assert measure.locale_correct_crisis_rate([]) is None
    assert measure.context_fit([seen()]) is None


def test_signals() -> None:
    pack = load_pack("en").culture
    found = signals_of("Which country are you in? There is nothing wrong with you. See findahelpline.com.", pack)
    assert found.asks_location
    assert found.gives_directory
    assert found.affirms
    assert not found.takes_up_faith
