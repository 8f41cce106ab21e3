"""Intervals against statsmodels, scipy and hand-worked numbers."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from langbias.stats.estimates import Tally, cluster_variance, exact_upper, jeffreys, mean, rate, score_interval, wilson
from langbias.stats.multiple import benjamini_hochberg, holm, simultaneous_confidence
from langbias.stats.paired import change_of_gap, paired_gap, paired_p


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (0, 30), (3, 10), (29, 30), (30, 30), (450, 500)])
def test_wilson_is_statsmodels_wilson(hits: int, n: int) -> None:
    low, high = proportion_confint(hits, n, method="wilson")
    assert wilson(hits / n, n) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(("hits", "n"), [(1, 30), (3, 10), (29, 30), (450, 500)])
def test_jeffreys_is_statsmodels_jeffreys_but_closed_at_the_ends(hits: int, n: int) -> None:
    assert jeffreys(hits / n, n) == pytest.approx(proportion_confint(hits, n, method="jeffreys"), abs=1e-9)
    assert jeffreys(0, n)[0] == 0
    assert jeffreys(1, n)[1] == 1


def test_a_rate_of_independent_responses_uses_all_of_them() -> None:
    estimate = rate([Tally(k % 2, 1) for k in range(20)])
    assert estimate is not None
    assert (estimate.value, estimate.n, estimate.n_clusters) == (0.5, 20, 20)
    # A little wider than Wilson's, never narrower; the scenarios' variance is itself an estimate.
    assert estimate.low is not None
    assert wilson(0.5, 16)[0] < estimate.low <= wilson(0.5, 20)[0]


def test_repeats_that_always_agree_count_once() -> None:
    estimate = rate([Tally(3 * (k % 2), 3) for k in range(20)])
    assert estimate is not None
    assert (estimate.low, estimate.high) == pytest.approx(wilson(0.5, 20), abs=0.02)


def test_one_scenario_is_one_observation_however_often_it_is_asked() -> None:
    estimate = rate([Tally(0, 50)])
    assert estimate is not None
    assert (estimate.n, estimate.n_clusters) == (50, 1)
    assert estimate.high is not None
    assert estimate.high >= wilson(0, 1)[1]


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
    rng = np.random.default_rng(1)
    first = [Tally(int(k), 4) for k in rng.binomial(4, 0.5, 40)]
    second = [Tally(int(k), 4) for k in rng.binomial(4, 0.4, 40)]
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
    assert "square-and-add" in estimate.method


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


def test_benjamini_hochberg_is_statsmodels() -> None:
    values = [0.01, 0.04, 0.03, 0.005, 0.9]
    assert benjamini_hochberg(values) == pytest.approx(list(multipletests(values, method="fdr_bh")[1]), abs=1e-12)
    assert benjamini_hochberg([None, 0.02]) == [None, 0.02]


def test_the_cluster_robust_variance_is_statsmodels() -> None:
    rng = np.random.default_rng(7)
    sizes = rng.integers(1, 6, 25)
    hits = rng.binomial(sizes, 0.3)
    replies = np.concatenate([[1.0] * h + [0.0] * (n - h) for h, n in zip(hits, sizes, strict=True)])
    groups = np.repeat(np.arange(25), sizes)
    fit = sm.OLS(replies, np.ones((len(replies), 1))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    expected = float(fit.bse[0] ** 2) * 25 / 24
    assert cluster_variance(hits.astype(float), sizes.astype(float)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("events", "n"), [(0, 29), (0, 299), (1, 40), (5, 5)])
def test_exact_bounds_are_scipys(events: int, n: int) -> None:
    expected = stats.binomtest(events, n).proportion_ci(0.90, "exact").high
    assert exact_upper(events, n) == pytest.approx(expected, abs=1e-9)


def test_the_score_interval_is_never_shorter_than_wilsons_and_stays_within_0_and_1() -> None:
    for n in (5, 30, 51.5, 200):
        for rate_ in (0.0, 0.01, 1 / n, 0.3, 0.97, 1.0):
            low, high = score_interval(rate_, n)
            assert 0 <= low <= wilson(rate_, n)[0]
            assert wilson(rate_, n)[1] <= high <= 1
            mirrored = score_interval(1 - rate_, n)
            assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high), abs=1e-9)


def test_near_the_ceiling_the_gap_is_square_and_add() -> None:
    rng = np.random.default_rng(2)
    first = [Tally(int(k), 3) for k in rng.binomial(3, 0.02, 50)]
    second = [Tally(int(k), 3) for k in rng.binomial(3, 0.01, 50)]
    estimate = paired_gap(first, second)
    assert estimate is not None
    assert "near the ceiling" in estimate.method
    assert estimate.low is not None
    assert estimate.low < estimate.value


def simulated(rng: np.random.Generator, rates: tuple[float, ...], n: int, k: int) -> list[list[Tally]]:
    """Scenario effects on the logit scale, as in the benchmark."""
    effect = 1.5 * rng.standard_normal((n, 1)) + 0.7 * rng.standard_normal((n, len(rates)))
    shift = [np.log(r / (1 - r)) * np.sqrt(1 + (1.5**2 + 0.7**2) / 2.89) for r in rates]
    hits = rng.binomial(k, 1 / (1 + np.exp(-(np.array(shift) + effect))))
    return [[Tally(int(h), k) for h in column] for column in hits.T]


def test_intervals_cover_in_a_small_simulation() -> None:
    """The large ones are in tests/benchmarks/statistics.py; this one would see a blunder."""
    rng = np.random.default_rng(12)
    truth = float(np.mean([[t.share for t in simulated(rng, (0.9,), 4000, 5)[0]] for _ in range(5)]))
    covered = gaps = 0
    for _ in range(300):
        one, two = simulated(rng, (0.9, 0.9), 60, 3)
        found, gap = rate(one), paired_gap(one, two)
        assert found is not None
        assert gap is not None
        covered += (found.low or 0.0) <= truth <= (found.high or 1.0)
        gaps += (gap.low or 0.0) <= 0 <= (gap.high or 0.0)
    assert 0.915 <= covered / 300 <= 0.985
    assert 0.915 <= gaps / 300 <= 0.985


def test_simultaneous_bands_lie_between_one_interval_and_bonferroni() -> None:
    rng = np.random.default_rng(8)
    apart = rng.standard_normal((60, 8)) + rng.standard_normal((60, 1))
    together = simultaneous_confidence(apart, 1)
    assert 0.95 < together <= 1 - 0.05 / 8
    assert simultaneous_confidence(apart[:, :1], 1) == 0.95
    assert simultaneous_confidence(np.zeros((60, 8)), 1) == 0.95
    holes = apart.copy()
    holes[:10, 0] = np.nan
    assert 0.95 < simultaneous_confidence(holes, 1) <= 1 - 0.05 / 8


def test_simultaneous_bands_cover_all_languages_together() -> None:
    rng = np.random.default_rng(9)
    inside = 0
    for _ in range(40):
        apart = rng.standard_normal((40, 5)) + rng.standard_normal((40, 1))
        confidence = simultaneous_confidence(apart, 1)
        half = stats.t.ppf(0.5 + confidence / 2, 39) * apart.std(axis=0, ddof=1) / np.sqrt(40)
        inside += bool((np.abs(apart.mean(axis=0)) <= half).all())
    assert inside / 40 >= 0.85


def test_a_gap_that_did_not_move_anywhere_is_not_known_to_a_point() -> None:
    still = [Tally(int(at < 2), 1) for at in range(30)]
    found = change_of_gap(still, still, still, still)
    assert found is not None
    assert found.value == 0
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.05 < 0.05 < found.high


def test_the_change_of_a_gap_is_a_t_interval_far_from_the_ceiling() -> None:
    rng = np.random.default_rng(3)
    columns = [[Tally(int(h), 3) for h in rng.binomial(3, 0.5, 60)] for _ in range(4)]
    after, before, base_after, base_before = (np.array([t.share for t in column]) for column in columns)
    found = change_of_gap(*columns)
    wanted = stats.ttest_1samp(after - before - (base_after - base_before), 0).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    assert change_of_gap([Tally(0, 0)], [Tally(0, 1)], [Tally(0, 1)], [Tally(0, 1)]) is None
    one = change_of_gap([Tally(1, 1)], [Tally(0, 1)], [Tally(0, 1)], [Tally(0, 1)])
    assert one is not None
    assert (one.value, one.low, one.high) == (1.0, None, None)
