"""The pooled verdict: enough text, an interval over prompts, and formulas that come back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langbias.checks.artifacts.pooled import PooledCounts, PooledReply, pool
from langbias.packs import load_pack
from langbias.packs.artifacts import Baseline, Block
from langbias.report.words import native_sentence
from langbias.types import ArtifactsMeasures, CheckResult, Finding, Outcome, Severity, Span

BASELINE = Baseline("any", 10.0, 1000, (Block(10, 40.0), Block(20, 30.0)), "test", "none")


def replies(hits: int, count: int = 8, prompts: int = 8, sentences: int = 3) -> list[PooledReply]:
    return [PooledReply(f"p{n % prompts}", hits, sentences, 50) for n in range(count)]


def test_a_rate_clearly_over_native_is_above() -> None:
    found = pool(replies(4), BASELINE, seed=1)
    assert found.verdict == "above_native"
    assert found.rate is not None
    assert (found.rate.value, found.rate.n, found.rate.n_clusters, found.native_p95) == (80.0, 8, 8, 30.0)


def test_a_rate_whose_interval_reaches_native_is_within() -> None:
    mixed = replies(0, 4) + [PooledReply(f"q{n}", 4, 3, 50) for n in range(4)]
    found = pool(mixed, BASELINE, seed=1)
    assert found.rate is not None
    assert found.rate.low is not None
    assert found.rate.value > 30 > found.rate.low
    assert found.verdict == "within_native"


@pytest.mark.parametrize(
    "few",
    [replies(4, count=4), replies(4, count=5, sentences=1), replies(4, prompts=1), [], [PooledReply("p", 0, 0, 0)] * 9],
)
def test_too_little_text_is_insufficient(few: list[PooledReply]) -> None:
    assert pool(few, BASELINE, seed=1).verdict == "insufficient"


def test_without_a_baseline_there_is_a_rate_but_no_verdict() -> None:
    found = pool(replies(4), None, seed=1)
    assert (found.verdict, found.native, found.native_p95) == (None, None, None)
    assert found.rate is not None


def test_the_same_seed_gives_the_same_interval() -> None:
    some = [PooledReply(f"p{n}", n % 3, 3, 40 + n) for n in range(9)]
    assert pool(some, BASELINE, seed=5) == pool(some, BASELINE, seed=5)


def test_replies_to_one_prompt_are_one_cluster() -> None:
    found = pool(replies(2, count=16, prompts=4), BASELINE, seed=1)
    assert found.rate is not None
    assert (found.rate.n, found.rate.n_clusters) == (16, 4)


def test_formulas_count_prompts_not_replies() -> None:
    some = [
        PooledReply("a", 0, 3, 30, ("f1", "f2")),
        PooledReply("a", 0, 3, 30, ("f1",)),
        PooledReply("b", 0, 3, 30, ("f1",)),
        PooledReply("c", 0, 3, 30),
    ]
    (one,) = pool(some, None, seed=1).recurrences
    assert one.rule_id == "f1"
    assert one.share.value == pytest.approx(2 / 3)
    assert one.share.low is not None
    assert one.share.high is not None
    assert 0 < one.share.low < 2 / 3 < one.share.high <= 1


def test_a_run_gives_a_row_with_native_figures_and_the_formulas_that_come_back() -> None:
    pack = load_pack("ko")
    formula = next(full_id for full_id, rule in pack.artifacts_rules if rule.group == "formula")
    other = next(full_id for full_id, rule in pack.artifacts_rules if rule.group == "pronoun")
    counts = PooledCounts()
    for n in range(12):
        findings = tuple(
            Finding(rule_id, Severity.NEUTRAL, "style", Span(0, 1), "x", "m")
            for rule_id in ([formula, other] if n < 3 else [other])
        )
        measures = ArtifactsMeasures(12, 4, 300.0, "insufficient", False, None, 40)
        counts.add("t", "ko", f"s{n}", CheckResult("t1", 0, "artifacts", Outcome.PASS, "", measures, findings))
    counts.add("t", "ko", "s0", CheckResult("t1", 0, "artifacts", Outcome.NOT_APPLICABLE, "", ArtifactsMeasures(), ()))
    rate, phrase = counts.rows(["t"], {"ko": pack, "ru": load_pack("ru")}, "artifacts", 7)
    assert (rate.verdict, rate.native_p95 is not None, rate.estimate and rate.estimate.n) == ("above_native", True, 12)
    assert (phrase.name, phrase.estimate and phrase.estimate.value) == (f"stock_phrase {formula}", 0.25)
    sentence = native_sentence(rate)
    assert sentence.startswith("Reads more like translated than like native text: 300 rule hits per 1,000 words")
    assert "native text shows" in sentence
    assert rate.estimate is not None
    assert rate.native_p95 is not None
    unsure = replace(rate, verdict="within_native", estimate=replace(rate.estimate, value=rate.native_p95 + 1))
    assert "cannot be told from native text" in native_sentence(unsure)
    below = replace(unsure, estimate=replace(rate.estimate, value=rate.native_p95 - 1))
    assert "within what native text shows" in native_sentence(below)
    assert native_sentence(phrase) == ""


def test_a_pack_in_which_no_rule_counts_has_no_rate() -> None:
    counts = PooledCounts()
    measures = ArtifactsMeasures(0, 12, 0.0, None, False, None, 90)
    counts.add("t", "yo", "s0", CheckResult("t1", 0, "artifacts", Outcome.PASS, "", measures, ()))
    assert list(counts.rows(["t"], {"yo": load_pack("yo")}, "artifacts", 7)) == []
