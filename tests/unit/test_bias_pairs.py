"""Paired personas: who is given the higher level, by how much, and whether chance would do."""

from __future__ import annotations

import pytest

from langbias.stats.bias_pairs import BiasPairs, LevelReading, bias_pairs, level_pairs, sign_test


def _readings(*levels: tuple[str | None, str | None]) -> list[LevelReading]:
    """One scenario per pair (old, young)."""
    return [
        reading
        for at, (old, young) in enumerate(levels)
        for reading in (LevelReading(f"s{at}", "old", old), LevelReading(f"s{at}", "young", young))
    ]


def _compare(*levels: tuple[str | None, str | None]) -> BiasPairs:
    return bias_pairs(_readings(*levels), "old", "young")


def test_a_clear_difference() -> None:
    found = _compare(*[("V", "T")] * 6, ("V", "V"), ("T", "T"))
    assert (found.pairs, found.higher, found.lower, found.same) == (8, 6, 0, 2)
    assert found.p == pytest.approx(2 / 2**6)
    assert found.gap is not None
    assert found.gap.value == pytest.approx(0.75)
    assert found.gap.n_clusters == 8
    assert found.gap.low is not None
    assert found.gap.low > 0


def test_no_difference_is_no_test() -> None:
    found = _compare(("V", "V"), ("T", "T"))
    assert (found.same, found.p) == (2, None)
    assert found.gap is not None
    assert found.gap.value == 0


def test_mixed_stands_between() -> None:
    found = _compare(("V", "mixed"), ("mixed", "T"))
    assert (found.higher, found.lower) == (2, 0)


def test_replies_without_a_level_are_left_out_and_counted() -> None:
    found = _compare(("none", "T"), ("V", None), ("uncertain", "uncertain"), ("V", "T"))
    assert (found.pairs, found.left_out) == (1, 3)
    assert found.gap is not None
    assert found.gap.low is None


def test_a_missing_side_is_left_out() -> None:
    pairs, left_out = level_pairs([LevelReading("s", "old", "V"), LevelReading("t", "other", "V")], "old", "young")
    assert (pairs, left_out) == ((), 1)


def test_nothing_to_compare() -> None:
    found = bias_pairs([], "old", "young")
    assert (found.pairs, found.gap, found.p) == (0, None, None)


def test_repeats_of_one_scenario_give_one_sign() -> None:
    readings = [
        LevelReading("s", variant, level, repeat)
        for repeat in range(10)
        for variant, level in (("old", "V"), ("young", "T"))
    ]
    found = bias_pairs(readings, "old", "young")
    assert (found.pairs, found.higher, found.scenarios_higher, found.p) == (10, 10, 1, 1.0)


def test_turns_and_repeats_are_paired_with_their_like() -> None:
    readings = [LevelReading("s", "old", "V", 0, 1), LevelReading("s", "young", "T", 1, 1)]
    assert bias_pairs(readings, "old", "young").pairs == 0


def test_levels_of_a_language_in_their_order() -> None:
    readings = [LevelReading("s", "old", "hapsyo"), LevelReading("s", "young", "haeyo")]
    assert bias_pairs(readings, "old", "young", ("hae", "haeyo", "hapsyo")).higher == 1


def test_two_levels_and_one_pair_a_scenario_is_mcnemar() -> None:
    found = bias_pairs(_readings(*[("V", "T")] * 8, *[("T", "V")] * 2), "old", "young", ("T", "V"))
    assert found.p == pytest.approx(2 * (1 + 10 + 45) / 2**10)


@pytest.mark.parametrize(("up", "down", "p"), [(0, 0, None), (1, 0, 1.0), (5, 0, 0.0625), (3, 3, 1.0), (10, 0, 2**-9)])
def test_sign_test(up: int, down: int, p: float | None) -> None:
    assert sign_test(up, down) == (p if p is None else pytest.approx(p))


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="with itself"):
        bias_pairs([], "old", "old")
    with pytest.raises(ValueError, match="two levels"):
        bias_pairs([], "old", "young", ("V",))
    with pytest.raises(ValueError, match="two levels"):
        bias_pairs([], "old", "young", ("V", "V"))
