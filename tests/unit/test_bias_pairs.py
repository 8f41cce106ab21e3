"""Paired personas: who is given the higher level, by how much, and whether chance would do."""

from __future__ import annotations

import pytest

from langbias.stats.bias_pairs import LEAST_SCENARIOS, PersonaLevels, level_of, sign_test
from langbias.stats.summary import LevelShare, PersonaRow
from langbias.stats.where import Where
from langbias.types import HonorificsMeasures, LevelCount, PersonaPair

AGE = PersonaPair("age", "old", "young", ("an elder", "a teenager"))
TRADE = PersonaPair("profession", "professor", "cleaner", ("a professor", "a cleaner"))
TWO = ("T", "mixed", "V")
MANY = ("haera", "hae", "mixed", "haeyo", "hapsyo")


def said(address: str | None, **levels: int) -> HonorificsMeasures:
    counts = tuple(LevelCount(name, n) for name, n in sorted(levels.items()))
    return HonorificsMeasures(address, counts if address else None, sum(levels.values()))


def add(
    levels: PersonaLevels, variant: str, scenario: str, address: str | None, repeat: int = 0, turn: int = 0
) -> None:
    levels.add(Where("m", "ru", scenario, repeat, variant), turn, said(address))


def filled(*given: tuple[str | None, str | None], pair: PersonaPair = AGE) -> PersonaLevels:
    """One scenario per pair (first, second)."""
    levels = PersonaLevels((AGE, TRADE), {"ru": TWO})
    for at, (first, second) in enumerate(given):
        add(levels, pair.first, f"s{at}", first)
        add(levels, pair.second, f"s{at}", second)
    return levels


def row(levels: PersonaLevels) -> PersonaRow:
    found = levels.rows(["m"], ["ru"])
    assert len(found) == 1
    return found[0]


def test_a_clear_difference() -> None:
    found = row(filled(*[("V", "T")] * 8, ("V", "V"), ("T", "T")))
    assert found.verdict == "first_higher"
    assert (found.dimension, found.first, found.second, found.words) == ("age", "old", "young", AGE.words)
    assert (found.pairs, found.left_out) == (10, 0)
    assert found.first_levels == (LevelShare("V", 9), LevelShare("T", 1))
    assert found.second_levels == (LevelShare("V", 1), LevelShare("T", 9))
    assert found.first_higher is not None
    assert found.second_higher is not None
    assert (found.first_higher.value, found.second_higher.value) == (0.8, 0)
    assert found.gap is not None
    assert found.gap.value == pytest.approx(0.8)
    assert found.gap.n_clusters == 10
    assert found.gap.low is not None
    assert found.gap.low > 0
    assert (found.scenarios_first, found.scenarios_second) == (8, 0)
    assert found.p == pytest.approx(2 / 2**8)
    assert found.p_holm == found.p


def test_the_other_way_round() -> None:
    found = row(filled(*[("T", "V")] * 8))
    assert found.verdict == "second_higher"
    assert found.gap is not None
    assert found.gap.value == -1


def test_the_same_answers_are_no_difference_and_the_interval_says_how_little_that_is() -> None:
    found = row(filled(*[("V", "V")] * 5, *[("T", "T")] * 5))
    assert (found.verdict, found.p) == ("no_difference_found", 1)
    assert found.gap is not None
    assert found.gap.low is not None
    assert found.gap.high is not None
    assert found.gap.low < -0.1 < found.gap.value == 0 < 0.1 < found.gap.high


@pytest.mark.parametrize("scenarios", range(1, LEAST_SCENARIOS))
def test_few_scenarios_are_too_few_whatever_they_show(scenarios: int) -> None:
    assert row(filled(*[("V", "T")] * scenarios)).verdict == "insufficient"
    assert row(filled(*[("V", "V")] * scenarios)).verdict == "insufficient"


def test_so_many_scenarios_that_all_say_the_same_are_enough() -> None:
    assert row(filled(*[("V", "T")] * LEAST_SCENARIOS)).verdict == "first_higher"


def test_a_difference_that_the_correction_takes_back_is_left_open() -> None:
    levels = filled(*[("V", "T")] * 6)
    for at in range(6):
        for variant in (TRADE.first, TRADE.second):
            add(levels, variant, f"s{at}", "V")
    age, trade = levels.rows(["m"], ["ru"])
    assert (age.p, age.p_holm, age.verdict) == (2 / 2**6, 4 / 2**6, "insufficient")
    assert (trade.p_holm, trade.verdict) == (1, "no_difference_found")


def test_mixed_stands_between() -> None:
    found = row(filled(("V", "mixed"), ("mixed", "T")))
    assert found.scenarios_first == 2


def test_replies_without_a_level_are_left_out_and_counted() -> None:
    found = row(filled(("none", "T"), ("V", None), ("uncertain", "uncertain"), ("V", "T")))
    assert (found.pairs, found.left_out) == (1, 3)
    assert found.gap is not None
    assert found.gap.low is None
    assert found.verdict == "insufficient"


def test_replies_that_never_came_are_left_out_and_counted() -> None:
    levels = PersonaLevels((AGE,), {"ru": TWO})
    for variant in ("old", "young"):
        levels.add_planned(Where("m", "ru", "s", 0, variant), turns=2)
    add(levels, "old", "s", "V")
    add(levels, "young", "s", "T")
    add(levels, "old", "s", "V", turn=1)
    found = row(levels)
    assert (found.pairs, found.left_out) == (1, 1)


def test_a_plan_does_not_undo_what_came_before_it() -> None:
    levels = filled(("V", "T"))
    levels.add_planned(Where("m", "ru", "s0", 0, "old"), turns=1)
    assert row(levels).pairs == 1


def test_a_pair_of_which_one_side_was_asked_is_no_row() -> None:
    levels = PersonaLevels((AGE,), {"ru": TWO})
    add(levels, "old", "s", "V")
    add(levels, "young", "t", "T")
    assert levels.rows(["m"], ["ru"]) == ()


def test_nothing_asked_nothing_said() -> None:
    assert PersonaLevels().rows(["m"], ["ru"]) == ()
    levels = PersonaLevels((AGE,), {"ru": TWO})
    add(levels, "persona-of-no-pair", "s", "V")
    levels.add(Where("m", "en", "s", 0, "old"), 0, said(None))
    levels.add_planned(Where("m", "en", "s", 0, "old"), 1)
    assert levels.rows(["m"], ["en", "ru"]) == ()


def test_pairs_without_any_level_are_a_row_that_says_so() -> None:
    found = row(filled(("none", "none")))
    assert (found.pairs, found.left_out, found.gap, found.p, found.p_holm) == (0, 1, None, None, None)
    assert found.verdict == "insufficient"


def test_repeats_of_one_scenario_give_one_sign() -> None:
    levels = PersonaLevels((AGE,), {"ru": TWO})
    for repeat in range(10):
        add(levels, "old", "s", "V", repeat)
        add(levels, "young", "s", "T", repeat)
    found = row(levels)
    assert (found.pairs, found.scenarios_first, found.p, found.verdict) == (10, 1, 1.0, "insufficient")


def test_turns_and_repeats_are_paired_with_their_like() -> None:
    levels = PersonaLevels((AGE,), {"ru": TWO})
    add(levels, "old", "s", "V", 0, 1)
    add(levels, "young", "s", "T", 1, 1)
    assert levels.rows(["m"], ["ru"]) == ()


def test_a_variant_may_stand_in_two_pairs() -> None:
    other = PersonaPair("age", "old", "child", ("an elder", "a child"))
    levels = PersonaLevels((AGE, other), {"ru": TWO})
    for variant, address in (("old", "V"), ("young", "V"), ("child", "T")):
        add(levels, variant, "s", address)
    assert [found.scenarios_first for found in levels.rows(["m"], ["ru"])] == [0, 1]


def test_results_may_come_in_any_order() -> None:
    one, two = filled(("V", "T"), ("V", "V")), PersonaLevels((AGE, TRADE), {"ru": TWO})
    for variant, scenario, address in (
        ("young", "s1", "V"),
        ("young", "s0", "T"),
        ("old", "s0", "V"),
        ("old", "s1", "V"),
    ):
        add(two, variant, scenario, address)
    assert one.rows(["m"], ["ru"]) == two.rows(["m"], ["ru"])


@pytest.mark.parametrize(
    ("measures", "order", "level"),
    [
        (said("V"), TWO, "V"),
        (said("mixed"), TWO, "mixed"),
        (said("none"), TWO, None),
        (said("uncertain"), TWO, None),
        (said(None), TWO, None),
        (said("V", haeyo=3, hapsyo=1), MANY, "haeyo"),
        (said("V", haeyo=2, hapsyo=2), MANY, "haeyo"),
        (said("V", haeyo=1, haera=5), MANY, "haeyo"),
        (said("T", hae=2, haera=3), MANY, "haera"),
        (said("mixed", haeyo=9, hae=1), MANY, "mixed"),
        (said("V"), MANY, None),
        (said("V", unheard_of=4), MANY, None),
        (HonorificsMeasures("V", None, None), MANY, None),
    ],
)
def test_the_one_level_of_a_reply(measures: HonorificsMeasures, order: tuple[str, ...], level: str | None) -> None:
    assert level_of(measures, order) == level


def test_two_levels_of_v_are_a_difference_where_the_language_has_them() -> None:
    levels = PersonaLevels((AGE,), {"ko": MANY})
    for at in range(6):
        levels.add(Where("m", "ko", f"s{at}", 0, "old"), 0, said("V", hapsyo=2))
        levels.add(Where("m", "ko", f"s{at}", 0, "young"), 0, said("V", haeyo=2))
    found = levels.rows(["m"], ["ko"])[0]
    assert found.verdict == "first_higher"
    assert (found.first_levels, found.second_levels) == ((LevelShare("hapsyo", 6),), (LevelShare("haeyo", 6),))


def test_two_levels_and_one_pair_a_scenario_is_mcnemar() -> None:
    found = row(filled(*[("V", "T")] * 8, *[("T", "V")] * 2))
    assert found.p == pytest.approx(2 * (1 + 10 + 45) / 2**10)
    assert found.gap is not None
    assert found.gap.value == pytest.approx(0.6)


@pytest.mark.parametrize(("up", "down", "p"), [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (3, 3, 1.0), (10, 0, 2**-9)])
def test_sign_test(up: int, down: int, p: float) -> None:
    assert sign_test(up, down) == pytest.approx(p)
