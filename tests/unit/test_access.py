"""Access cost: ratios to the baseline, paired over scenarios."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from langbias.collect.prices import Price
from langbias.errors import UsageError
from langbias.packs.loading import pack_folder
from langbias.report.words import cost_sentence
from langbias.stats.access import AccessCounts
from langbias.stats.summary import MeasureRow
from langbias.tokenizer import read_tokenizer
from langbias.types import Response, Status, Usage


def reply(
    tokens: int | None, *, turn: int = 0, status: Status = Status.OK, asked: int = 10, ms: float = 100.0
) -> Response:
    usage = None if tokens is None else Usage(asked, tokens)
    return Response("t", turn, status, "one two three", latency_ms=ms, usage=usage)


def rows(counts: AccessCounts) -> dict[str, MeasureRow]:
    return {row.name: row for row in counts.rows(["bot"], ["en", "ko"], "en")}


def test_the_ratio_is_paired_over_scenarios() -> None:
    counts = AccessCounts()
    # Scenario b is ten times as long in both languages: unpaired means would be ruled by it.
    for scenario, size in (("a", 10), ("b", 100), ("c", 40)):
        counts.add("bot", "en", scenario, "p", reply(size))
        counts.add("bot", "ko", scenario, "p", reply(3 * size, asked=20, ms=50.0))
    found = rows(counts)
    assert found["reply_tokens_ratio"].estimate is not None
    assert found["reply_tokens_ratio"].estimate.value == pytest.approx(3)
    assert found["reply_tokens_ratio"].estimate.n_clusters == 3
    assert found["prompt_tokens_ratio"].estimate
    assert found["prompt_tokens_ratio"].estimate.value == pytest.approx(2)
    assert found["latency_ratio"].estimate
    assert found["latency_ratio"].estimate.value == pytest.approx(0.5)
    assert {row.check_id for row in found.values()} == {"access"}
    assert {row.language for row in found.values()} == {"ko"}


def test_repeats_are_averaged_and_the_interval_is_over_scenarios() -> None:
    counts = AccessCounts()
    for scenario, ratio in (("a", 2.0), ("b", 8.0)):
        for spread in (-1, 1):
            counts.add("bot", "en", scenario, "p", reply(100 + 10 * spread))
            counts.add("bot", "ko", scenario, "p", reply(int(100 * ratio) + 20 * spread))
    estimate = rows(counts)["reply_tokens_ratio"].estimate
    assert estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.value == pytest.approx(4)
    assert (estimate.n, estimate.n_clusters) == (8, 2)
    assert math.log(4 / estimate.low) == pytest.approx(math.log(estimate.high / 4))


def test_what_does_not_pair_gives_no_ratio_and_a_cut_reply_only_that_of_its_prompt() -> None:
    counts = AccessCounts()
    counts.add("bot", "en", "a", "p", reply(10))
    counts.add("bot", "ko", "b", "p", reply(30))
    counts.add("bot", "ko", "a", "p", reply(30, turn=1))
    counts.add("bot", "ko", "a", "p", reply(30, status=Status.TRUNCATED))
    counts.add("bot", "ko", "a", "p", reply(0, status=Status.FAILED))
    assert set(rows(counts)) == {"prompt_tokens_ratio"}


def test_a_target_that_reports_no_usage_still_has_a_latency() -> None:
    counts = AccessCounts()
    counts.add("bot", "en", "a", "p", reply(None))
    counts.add("bot", "ko", "a", "p", reply(None, ms=250.0))
    found = rows(counts)
    assert set(found) == {"latency_ratio"}
    assert found["latency_ratio"].estimate
    assert found["latency_ratio"].estimate.low is None


def test_a_named_tokenizer_counts_prompts_and_replies() -> None:
    tokenizer = read_tokenizer(pack_folder("en") / "letters.model")
    counts = AccessCounts(tokenizer, tokenizer.name)
    for language, text in (("en", "one two three"), ("ko", "one two three " * 2)):
        counts.add("bot", language, "a", text, reply(None))
    found = rows(counts)
    assert found["prompt_pieces_ratio"].estimate
    assert found["prompt_pieces_ratio"].estimate.value > 1.5
    assert found["reply_pieces_ratio"].unit.endswith(f"by {tokenizer.name}")
    assert tokenizer.name.startswith("letters.model#")


@pytest.mark.parametrize("content", [None, b"", b"not a model", b"\x00" * 5000])
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.model"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match="--tokenizer"):
        read_tokenizer(path)


def test_the_sentence_stands_only_where_the_interval_leaves_one() -> None:
    counts = AccessCounts()
    for scenario, en, ko in (("a", 10, 30), ("b", 20, 61), ("c", 15, 44)):
        counts.add("bot", "en", scenario, "p", reply(en))
        counts.add("bot", "ko", scenario, "p", reply(ko))
    found = rows(counts)
    assert cost_sentence(found["reply_tokens_ratio"], "English").startswith(
        "2.99 times the tokens for a reply in English"
    )
    assert cost_sentence(found["latency_ratio"], "English") == ""


def test_the_price_ratio_weighs_tokens_in_and_out_by_their_prices() -> None:
    price = Price(prompt=1.0, completion=9.0)
    counts = AccessCounts(costs={"bot": price.of}, price_basis="USD of 2026-11-01")
    for scenario, size in (("a", 10), ("b", 20)):
        counts.add("bot", "en", scenario, "p", reply(size, asked=10))
        counts.add("bot", "ko", scenario, "p", reply(3 * size, asked=10))
    row = rows(counts)["price_ratio"]
    assert row.estimate
    a, b = (10 + 9 * 30) / (10 + 9 * 10), (10 + 9 * 60) / (10 + 9 * 20)
    assert row.estimate.value == pytest.approx(math.sqrt(a * b))
    assert row.unit.endswith("at prices in USD of 2026-11-01")
    assert rows(counts)["tokens_ratio"].estimate != row.estimate
    assert cost_sentence(row, "English").startswith("2.85 times the price of a conversation turn in English")


@pytest.mark.parametrize("price", [None, Price(0, 0)])
def test_a_target_without_a_price_or_with_none_to_pay_has_no_price_ratio(price: Price | None) -> None:
    counts = AccessCounts(costs={"bot": price.of} if price else {"another": Price(1, 1).of})
    counts.add("bot", "en", "a", "p", reply(10))
    counts.add("bot", "ko", "a", "p", reply(30))
    assert "tokens_ratio" in rows(counts)
    assert "price_ratio" not in rows(counts)


def test_a_reply_without_token_counts_is_left_out_of_the_price() -> None:
    counts = AccessCounts(costs={"bot": Price(1, 1).of})
    counts.add("bot", "en", "a", "p", reply(10))
    counts.add("bot", "ko", "a", "p", reply(None))
    assert set(rows(counts)) == {"latency_ratio"}
