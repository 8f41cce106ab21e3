"""The shipped artifact baselines agree with themselves, and no rule counts without the evidence it needs."""

from __future__ import annotations

import pytest

from langbias.checks.artifacts.rate import baseline_for, threshold, verdict
from langbias.packs import load_pack, pack_tags

WITH_BASELINE = [tag for tag in pack_tags() if load_pack(tag).artifacts.baseline]
NEEDED = 1.5


def test_three_languages_have_native_baselines() -> None:
    assert {"ko", "ru", "fa"} <= set(WITH_BASELINE)


@pytest.mark.parametrize("tag", WITH_BASELINE)
def test_each_block_is_the_highest_of_its_sources(tag: str) -> None:
    for baseline in load_pack(tag).artifacts.baseline:
        assert len(baseline.source) >= 3
        tops = zip(*(source.p95_per_1000 for source in baseline.source), strict=True)
        assert [max(column) for column in tops] == [block.p95_per_1000 for block in baseline.block]


@pytest.mark.parametrize("tag", WITH_BASELINE)
def test_the_mean_lies_between_the_sources(tag: str) -> None:
    for baseline in load_pack(tag).artifacts.baseline:
        rates = [source.per_1000 for source in baseline.source]
        assert min(rates) <= baseline.per_1000 <= max(rates)
        assert baseline.per_1000 < threshold(baseline, 40)  # type: ignore[operator]


@pytest.mark.parametrize("tag", WITH_BASELINE)
def test_edited_text_is_judged_by_edited_text_and_chat_by_all(tag: str) -> None:
    baselines = load_pack(tag).artifacts.baseline
    edited, chat = baseline_for(baselines, "edited"), baseline_for(baselines, "chat")
    assert edited is not None
    assert chat is not None
    assert (edited.register, chat.register) == ("edited", "any")
    assert {source.name for source in edited.source} < {source.name for source in chat.source}
    assert all(one.p95_per_1000 <= other.p95_per_1000 for one, other in zip(edited.block, chat.block, strict=True))


@pytest.mark.parametrize("tag", WITH_BASELINE)
def test_a_rate_above_the_top_is_above_native_and_the_mean_is_not(tag: str) -> None:
    for baseline in load_pack(tag).artifacts.baseline:
        words = 1000
        top = threshold(baseline, 20)
        assert top is not None
        assert verdict(baseline, int(top) + 2, 20, words) == "above_native"
        assert verdict(baseline, int(baseline.per_1000), 20, words) == "within_native"
        assert verdict(baseline, 500, 9, words) == "insufficient"


@pytest.mark.parametrize("tag", WITH_BASELINE)
def test_a_rule_counts_only_when_its_ratio_is_bounded_over_one_and_a_half(tag: str) -> None:
    counting = [
        rule
        for full_id, rule in load_pack(tag).artifacts_rules
        if full_id.startswith(f"{tag}/") and rule.counts and rule.group != "garble"
    ]
    assert len(counting) >= 15
    for rule in counting:
        assert rule.evidence is not None, rule.id
        assert (rule.evidence.ratio_low or 0.0) > NEEDED, rule.id
        assert not rule.note.startswith("Held back"), rule.id
        assert rule.group not in {"formula", "orthography"}, rule.id
