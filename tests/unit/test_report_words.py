"""Numbers as readers see them."""

from __future__ import annotations

import pytest

from langbias.report import words
from langbias.types import Estimate


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.004, "<1%"), (0.417, "42%"), (0.996, ">99%"), (1, "100%"), (0.01, "1%")]
)
def test_percent_never_rounds_to_none_or_all(share: float, said: str) -> None:
    assert words.percent(share) == said


@pytest.mark.parametrize(
    ("gap", "said"), [(0, "0"), (0.584, "+58"), (-0.034, "−3"), (0.004, "+0.4"), (-0.0001, "0"), (1, "+100")]
)
def test_points_are_signed(gap: float, said: str) -> None:
    assert words.points(gap) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (1234.5, "1,234"), (0.0421, "0.042"), (-3.456, "−3.46"), (12, "12"), (100, "100"), (1e-9, "0")],
)
def test_numbers_keep_three_digits(value: float, said: str) -> None:
    assert words.number(value) == said


def test_an_interval_that_does_not_exist_is_said() -> None:
    lone = Estimate(0.5, None, None, 1, 1, "one scenario")
    assert words.percent_interval(lone) == "no interval"
    assert words.points_interval(lone) == "no interval"
    assert words.number_interval(lone) == "no interval"


def test_nothing_judged_is_not_a_verdict() -> None:
    assert words.verdict_words("no_difference_found", False, "English").words == "Nothing judged"


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(items: list[str], said: str) -> None:
    assert words.listed(items) == said


def test_counts() -> None:
    assert words.counted(1, "reply", "replies") == "1 reply"
    assert words.counted(2000, "reply", "replies") == "2,000 replies"


def test_p_values() -> None:
    assert words.p_value(0.0004) == "p < 0.001"
    assert words.p_value(0.31) == "p = 0.31"
