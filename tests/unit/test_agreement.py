"""Agreement of raters, against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest

from langbias.stats.agreement import agreement, counts_of, gwet_ac1, krippendorff_alpha

# Krippendorff (2011), four observers, twelve units, five values, missing ratings: the example of his paper, also
# `cac.raw4raters` of Gwet's irrCAC. Nominal alpha .743, ordinal .815; AC1 .775.
ROWS = (
    ("1", "1", None, "1"), ("2", "2", "3", "2"), ("3", "3", "3", "3"), ("3", "3", "3", "3"), ("2", "2", "2", "2"),
    ("1", "2", "3", "4"), ("4", "4", "4", "4"), ("1", "1", "2", "1"), ("2", "2", "2", "2"), (None, "5", "5", "5"),
    (None, None, "1", "1"), (None, "3", None, None),
)  # fmt: skip
COUNTS = counts_of([[value for value in row if value] for row in ROWS], ("1", "2", "3", "4", "5"))


def test_krippendorffs_own_example() -> None:
    assert krippendorff_alpha(COUNTS) == pytest.approx(0.743, abs=0.0005)
    assert krippendorff_alpha(COUNTS, ordinal=True) == pytest.approx(0.815, abs=0.0005)


def test_gwets_own_example() -> None:
    assert gwet_ac1(COUNTS) == pytest.approx(0.77544, abs=0.00001)


def test_full_agreement_is_one_and_one_answer_throughout_is_undefined() -> None:
    mixed = counts_of([["ok", "ok"], ["bad", "bad"]], ("ok", "bad"))
    assert krippendorff_alpha(mixed) == 1
    assert gwet_ac1(mixed) == 1
    same = counts_of([["ok", "ok"]] * 9, ("ok", "bad"))
    assert krippendorff_alpha(same) is None
    assert gwet_ac1(same) == 1


def test_nothing_rated_twice_is_no_agreement_at_all() -> None:
    once = counts_of([["ok"], ["bad"], []], ("ok", "bad"))
    assert krippendorff_alpha(once) is None
    assert gwet_ac1(once) is None
    assert agreement(once, krippendorff_alpha, "alpha", 1) is None


def test_ac1_does_not_collapse_where_one_answer_is_rare() -> None:
    counts = counts_of([["ok", "ok"]] * 95 + [["ok", "bad"]] * 4 + [["bad", "bad"]], ("ok", "bad"))
    alpha, ac1 = krippendorff_alpha(counts), gwet_ac1(counts)
    assert alpha is not None
    assert ac1 is not None
    assert alpha < 0.4 < 0.95 < ac1


def test_random_answers_agree_by_chance_only_and_the_interval_says_so() -> None:
    rng = np.random.default_rng(3)
    counts = counts_of([list(rng.choice(["ok", "bad"], 2)) for _ in range(150)], ("ok", "bad"))
    found = agreement(counts, krippendorff_alpha, "alpha", 1)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert found == agreement(counts, krippendorff_alpha, "alpha", 1)
