"""Every finding has a page, and the examples on it are scored: what must match does, what must not does not."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest

from langbias.checks.artifacts.echo import ECHO
from langbias.checks.artifacts.garble import MECHANISMS
from langbias.checks.artifacts.letters import BROKEN_LETTERS
from langbias.checks.culture.harm import FLAGS
from langbias.corpus import Corpus, load_corpus
from langbias.errors import UsageError
from langbias.explain import Page, find_block, finding_pages, rule_page, rule_record, unescaped
from langbias.packs import load_pack, pack_tags
from langbias.packs.advice_types import TYPES
from langbias.packs.pivot import shared_fidelity
from langbias.score import ScoreItem, score_item
from langbias.types import Response, Status

ROOT = Path(__file__).parents[2]
PAGES = finding_pages()


@lru_cache(maxsize=1)
def corpus() -> Corpus:
    return load_corpus()


def carried(page: Page, reply: str) -> set[str]:
    """The ids of all findings on `reply`, scored as the page says."""
    turns, facts, expectation = ((page.said,) if page.said else ()), (), None
    if page.scenario:
        prompt = next(p for p in corpus().prompts if (p.scenario_id, p.language) == (page.scenario, page.language))
        scenario = next(s for s in corpus().scenarios if s.id == page.scenario)
        turns, facts, expectation = prompt.turns, prompt.facts, scenario.expectation
    response = Response("x", 0, Status.OK, unescaped(reply))
    item = ScoreItem(
        "x", page.language, response, turns=turns, earlier_replies=(page.earlier,) if page.earlier else (),
        region=page.region or None, facts=facts, expectation=expectation,
    )  # fmt: skip
    results = score_item(item, ("fidelity", "artifacts", "honorifics", "culture"), "2026-11-23").results
    return {finding.rule_id for result in results for finding in result.findings}


def example_id(page: Page) -> str:
    return page.example or page.id.replace("{tag}", page.language)


EXAMPLES = [
    pytest.param(page, example, wanted, id=f"{page.id}-{'yes' if wanted else 'no'}-{at}")
    for page in PAGES
    for wanted, examples in ((True, page.must_match), (False, page.must_not_match))
    for at, example in enumerate(examples)
]


@pytest.mark.parametrize(("page", "example", "wanted"), EXAMPLES)
def test_the_examples_of_a_page_hold(page: Page, example: str, wanted: bool) -> None:
    found = carried(page, example)
    assert (example_id(page) in found) is wanted, found


def test_every_page_has_two_examples_each_way_but_those_that_stand_for_the_packs_own() -> None:
    bare = {page.id for page in PAGES if min(len(page.must_match), len(page.must_not_match)) < 2}
    assert bare == {"culture/resource/stale", "culture/harmful/{type}"}
    assert all(page.why and page.counted and page.source for page in PAGES)


def emitted() -> list[str]:
    """Every id that a finding can carry, check by check."""
    found = [mechanism.full_id for mechanism in (*MECHANISMS, ECHO, BROKEN_LETTERS)]
    found += [f"_base/fidelity/{fault.id}" for fault in shared_fidelity().base.fault]
    found += [f"culture/resource/{status}" for status in ("foreign", "stale")]
    found += [f"culture/harm/{flag}" for flag in FLAGS]
    found += [f"culture/{kind}/{advice}" for kind in ("harmful", "out_of_place") for advice in TYPES]
    for tag in pack_tags():
        pack = load_pack(tag)
        for rules in (pack.fidelity_rules, pack.artifacts_rules, pack.honorifics_rules):
            found += [full_id for full_id, _ in rules]
        found += [f"{tag}/artifacts/{band.id}" for band in pack.artifacts.band]
        data = pack.honorifics
        found += [f"{tag}/honorifics/{assumption.id}" for assumption in data.assumption]
        found += [f"{tag}/honorifics/policy-{cell.user}" for cell in data.policy]
        if data.marker or data.level:
            found += [f"{tag}/honorifics/mixed-address", f"{tag}/honorifics/changed-between-turns"]
    return found


def test_every_finding_that_a_check_can_make_is_explained() -> None:
    unexplained = []
    for rule_id in dict.fromkeys(emitted()):
        try:
            find_block(rule_id)
        except UsageError:
            unexplained.append(rule_id)
    assert unexplained == []


def test_the_findings_of_the_example_run_are_explained() -> None:
    rows = (ROOT / "reports" / "example" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    ids = {finding.get("rule") or finding["rule_id"] for row in map(json.loads, rows) for finding in row["findings"]}
    assert len(ids) > 20
    for rule_id in ids:
        assert rule_id in rule_page(rule_id)


def test_no_check_names_a_finding_that_the_list_above_does_not_know() -> None:
    """A new `rule_id=` in a check must be added to `emitted`, and so get its page."""
    prefixes = ("culture/resource/", "culture/harm/", "culture/harmful/", "culture/out_of_place/", "_base/", "{tag}/")
    for path in (ROOT / "langbias" / "checks").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if 'rule_id=f"' in line:
                assert line.split('rule_id=f"', 1)[1].startswith(prefixes), f"{path.name}: {line.strip()}"


def test_the_page_of_a_garble_finding_says_what_why_and_what_is_counted() -> None:
    page = rule_page("_base/artifacts/loop")
    for words in (
        "repeats the same words",
        "why: ",
        "counted: ",
        "must match:",
        "must not match:",
        "source: ",
        "draft",
    ):
        assert words in page
    assert "block" not in rule_record("_base/artifacts/loop")


def test_a_page_shows_the_packs_own_words_on_it() -> None:
    assert rule_record("_base/fidelity/romanised")["message"].startswith("Words in Latin letters")
    assert rule_record("ru/honorifics/policy-adult")["block"]["acceptable"]
    assert "ko/culture/family" in rule_record("culture/out_of_place/family")["read_on"]


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("_base/artifacts/lop", "_base/artifacts/loop"),
        ("ko/honorifics/mixed-adress", "ko/honorifics/mixed-address"),
        ("culture/harm/wrong_resourse", "culture/harm/wrong_resource"),
    ],
)
def test_a_misspelt_id_is_told_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UsageError, match=near):
        rule_page(wrong)
