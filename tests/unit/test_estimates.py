"""Intervals against statsmodels, scipy and hand-worked numbers."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from langbias.stats.estimates import Tally, mean, rate, wilson
from langbias.stats.multiple import holm
from langbias.stats.paired import paired_gap, paired_p


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (0, 30), (3, 10), (29, 30), (30, 30), (450, 500)])
def test_wilson_is_statsmodels_wilson(hits: int, n: int) -> None:
    low, high = proportion_confint(hits, n, method="wilson")
    assert wilson(hits / n, n) == pytest.approx((low, high), abs=1e-9)


def test_a_rate_of_independent_responses_uses_all_of_them() -> None:
    estimate = rate([Tally(k % 2, 1) for k in range(20)])
    assert estimate is not None
    assert (estimate.value, estimate.n, estimate.n_clusters) == (0.5, 20, 20)
    assert (estimate.low, estimate.high) == pytest.approx(wilson(0.5, 20))


def test_repeats_that_always_agree_count_once() -> None:
    estimate = rate([Tally(3 * (k % 2), 3) for k in range(20)])
    assert estimate is not None
    assert (estimate.low, estimate.high) == pytest.approx(wilson(0.5, 20), abs=0.01)


def test_one_scenario_is_one_observation_however_often_it_is_asked() -> None:
    estimate = rate([Tally(0, 50)])
    assert estimate is not None
    assert estimate.high == pytest.approx(wilson(0, 1)[1])


def test_no_trial_is_no_number() -> None:
    assert rate([]) is None
    assert rate([Tally(0, 0)]) is None
    assert mean([], 0) is None
    assert paired_gap([Tally(0, 0)], [Tally(1, 2)]) is None


def test_mean_is_scipys_t_interval() -> None:
    values = [0.2, 0.5, 0.9, 0.4]
    estimate = mean(values, 4)
    assert estimate is not None
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=1e-9)


def test_a_single_scenario_has_a_value_and_no_interval() -> None:
    for estimate in (mean([0.3], 5), paired_gap([Tally(1, 2)], [Tally(0, 2)])):
        assert estimate is not None
        assert estimate.low is None
        assert "no interval" in estimate.method


def test_paired_gap_is_scipys_paired_t() -> None:
    first = [Tally(k, 4) for k in (1, 2, 4, 3, 0, 2, 4)]
    second = [Tally(k, 4) for k in (0, 2, 1, 3, 0, 1, 1)]
    estimate = paired_gap(first, second)
    assert estimate is not None
    a, b = np.array([t.hits / 4 for t in first]), np.array([t.hits / 4 for t in second])
    interval = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (estimate.low, estimate.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_a_gap_that_never_varies_still_has_a_width() -> None:
    estimate = paired_gap([Tally(1, 1)] * 8, [Tally(0, 1)] * 8)
    assert estimate is not None
    assert estimate.value == 1.0
    assert estimate.low is not None
    assert 0 < estimate.low < 0.7
    assert estimate.high == 1.0
    assert "Newcombe" in estimate.method


def test_all_equal_is_a_gap_of_zero_with_a_width() -> None:
    estimate = paired_gap([Tally(0, 3)] * 8, [Tally(0, 3)] * 8)
    assert estimate is not None
    assert estimate.value == 0
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < -0.1 < 0.1 < estimate.high


def test_swapping_the_sides_turns_the_gap_round() -> None:
    first, second = [Tally(k, 3) for k in (0, 1, 3, 2, 2, 1)], [Tally(k, 3) for k in (0, 0, 1, 2, 1, 0)]
    ahead, back = paired_gap(first, second), paired_gap(second, first)
    assert ahead is not None
    assert back is not None
    assert ahead.value == -back.value
    assert ahead.low == pytest.approx(-(back.high or math.nan))


def test_sign_flip_p_by_hand() -> None:
    # Eight scenarios, all in favour of one side: 2 of 2**8 sign patterns are as extreme.
    assert paired_p([Tally(1, 1)] * 8, [Tally(0, 1)] * 8) == pytest.approx(2 / 256)
    assert paired_p([Tally(1, 1)] * 8, [Tally(1, 1)] * 8) == 1.0
    assert paired_p([Tally(1, 1)], [Tally(0, 1)]) is None


def test_sign_flip_p_is_scipys_permutation_test() -> None:
    rng = np.random.default_rng(3)
    first = [Tally(int(k), 5) for k in rng.integers(0, 6, 10)]
    second = [Tally(int(k), 5) for k in rng.integers(0, 6, 10)]
    a, b = np.array([t.hits / 5 for t in first]), np.array([t.hits / 5 for t in second])
    expected = stats.permutation_test(
        (a, b), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert paired_p(first, second) == pytest.approx(expected, abs=1e-9)


def test_from_twenty_scenarios_p_is_the_paired_t_test() -> None:
    rng = np.random.default_rng(5)
    first = [Tally(int(k), 5) for k in rng.integers(0, 6, 30)]
    second = [Tally(int(k), 5) for k in rng.integers(0, 6, 30)]
    a, b = [t.hits / 5 for t in first], [t.hits / 5 for t in second]
    assert paired_p(first, second) == pytest.approx(stats.ttest_rel(a, b).pvalue, abs=1e-9)


def test_holm_is_statsmodels_holm() -> None:
    values = [0.01, 0.04, 0.03, 0.005]
    assert holm(values) == pytest.approx(list(multipletests(values, method="holm")[1]))
    assert holm([None, 0.02, None]) == [None, 0.02, None]
