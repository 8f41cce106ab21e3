"""Orthography bands: every pack's bands by their own examples, and that a note is never a fault."""

from __future__ import annotations

import dataclasses

import pytest

from langbias.checks.artifacts import check
from langbias.checks.artifacts.bands import band_of, band_problems
from langbias.checks.context import CheckContext
from langbias.packs import load_pack, pack_tags
from langbias.packs.artifacts import Band, BandExample, Step
from langbias.types import Outcome, Response, Severity, Status

BANDS = [(tag, band) for tag in pack_tags() for band in load_pack(tag).artifacts.band]
TOY = Band("toy", "[ab]", "a", 2, (Step("b", 0.0), Step("mixed", 0.1, "both"), Step("a", 0.9)), "s", "n", ())


@pytest.mark.parametrize(("tag", "band"), BANDS, ids=[f"{tag}-{band.id}" for tag, band in BANDS])
def test_a_band_holds_on_its_own_examples(tag: str, band: Band) -> None:
    assert band_problems(f"{tag}/artifacts/{band.id}", band) == []
    assert band.source
    assert band.native


def test_the_span_is_where_the_rarer_usage_begins() -> None:
    found = band_of(TOY, "a a b a")
    assert found is not None
    assert (found[0].name, found[1].start) == ("mixed", 4)
    assert band_of(TOY, "a") is None
    assert band_of(TOY, "") is None
    only = band_of(TOY, "b b")
    assert only is not None
    assert only[0].name == "b"


def test_problems_name_what_is_missing() -> None:
    bad = Band("x", "[ab]", "a", 1, (Step("some", 0.5),), "s", "n", (BandExample("a", "none"),))
    assert [problem.split(": ", 1)[1][:12] for problem in band_problems("t/artifacts/x", bad)] == [
        "no step begi",
        "example stan",
        "step 'some' ",
    ]


@pytest.mark.parametrize(
    ("tag", "text"), [(tag, example.text) for tag, band in BANDS for example in band.example if example.step == "mixed"]
)
def test_a_note_is_neutral_and_fails_nothing(tag: str, text: str) -> None:
    pack = load_pack(tag)
    pack = dataclasses.replace(pack, artifacts_rules=())
    result = check(Response("t", 0, Status.OK, text), CheckContext(pack=pack))
    assert result.outcome is Outcome.PASS
    assert {finding.severity for finding in result.findings} == {Severity.NEUTRAL}
    assert result.findings[0].rule_id.startswith(f"{tag}/artifacts/")
