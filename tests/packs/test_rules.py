"""Every rule of every pack proves itself on its own examples, and no rule fires on a natural, good reply."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest

from langbias.packs import LanguagePack, load_pack, pack_tags
from langbias.packs.loading import load_morphology
from langbias.packs.rule import Rule
from langbias.rules import Analyse, compile_rule, self_test


@dataclass(frozen=True)
class Case:
    """A rule of the pack `tag`."""

    tag: str
    full_id: str
    rule: Rule


def rules_of(pack: LanguagePack) -> tuple[tuple[str, Rule], ...]:
    return (*pack.fidelity_rules, *pack.honorifics_rules, *pack.artifacts_rules)


CASES = list(
    {full_id: Case(tag, full_id, rule) for tag in pack_tags() for full_id, rule in rules_of(load_pack(tag))}.values()
)
HITS = [(case, text) for case in CASES for text in case.rule.must_match]
MISSES = [(case, text) for case in CASES for text in case.rule.must_not_match]
REPLIES = [(tag, reply) for tag in pack_tags() for reply in load_pack(tag).good_replies.reply]


@cache
def analyser(tag: str) -> Analyse | None:
    """The analyser of a pack, loaded only where one of its rules is of kind `morph`."""
    if not any(rule.kind == "morph" for _, rule in rules_of(load_pack(tag))):
        return None
    module = load_morphology(tag)
    return module.analyse if module else None


def label(case: Case, number: int, text: str) -> str:
    return f"{case.full_id}-{number}-{text[:24]}"


def ids(pairs: list[tuple[Case, str]]) -> list[str]:
    return [label(case, number, text) for number, (case, text) in enumerate(pairs)]


@pytest.mark.parametrize("case", CASES, ids=[case.full_id for case in CASES])
def test_rule_passes_its_self_test(case: Case) -> None:
    assert self_test(case.full_id, case.rule, analyser(case.tag)) == []


@pytest.mark.parametrize(("case", "text"), HITS, ids=ids(HITS))
def test_rule_finds_its_example(case: Case, text: str) -> None:
    assert compile_rule(case.full_id, case.rule).find(text, analyser(case.tag))


@pytest.mark.parametrize(("case", "text"), MISSES, ids=ids(MISSES))
def test_rule_spares_its_counterexample(case: Case, text: str) -> None:
    assert not compile_rule(case.full_id, case.rule).find(text, analyser(case.tag))


@pytest.mark.parametrize(("tag", "reply"), REPLIES, ids=[f"{tag}-{reply.scenario}" for tag, reply in REPLIES])
def test_no_rule_fires_on_a_good_reply(tag: str, reply: object) -> None:
    text = reply.text  # type: ignore[attr-defined]
    fired = [
        (full_id, text[span.start : span.end])
        for full_id, rule in rules_of(load_pack(tag))
        for span in compile_rule(full_id, rule).find(text, analyser(tag))
    ]
    assert fired == []


@pytest.mark.parametrize("tag", ["en", "ko", "ru", "fa", "yo"])
def test_each_language_has_enough_good_replies_and_rules(tag: str) -> None:
    pack = load_pack(tag)
    assert len({reply.scenario for reply in pack.good_replies.reply}) >= 12
    assert len(pack.artifacts.rule) >= (25 if tag in ("ko", "ru", "fa") else 8)


def test_no_rule_is_reviewed_without_a_named_reader() -> None:
    unnamed = [case.full_id for case in CASES if case.rule.status == "reviewed" and not load_pack(case.tag).reviewers]
    assert unnamed == []
