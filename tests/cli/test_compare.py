"""`langbias compare`: two runs side by side, and every pair that must not be compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from langbias.stats.comparison import ChangeVerdict
from langbias.types import Estimate
from tests.cli.conftest import Cli, record_run


def change_manifest(run: Path, **fields: object) -> None:
    path = run / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | fields), encoding="utf-8")


def test_flipped_scenarios_stand_side_by_side(cli: Cli, runs: Path, tmp_path: Path) -> None:
    ran = cli("compare", runs / "old", runs / "new", "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    html = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert "passed before, fails now" in html
    assert 'dir="rtl"' in html
    assert "<script" not in html
    data = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))["comparison"]
    found = {(c["language"], c["check_id"]): c for c in data["changes"]}
    fidelity = found["fa", "fidelity"]
    assert fidelity["change"]["value"] == pytest.approx(0.25)
    assert fidelity["gap_change"]["value"] == pytest.approx(0.25)
    assert sorted(f["scenario_id"] for f in fidelity["flips"]) == ["exam-stress", "panic-night"]
    assert found["en", "fidelity"]["flips"] == []
    assert found["en", "fidelity"]["change"]["value"] == 0
    assert all(flip["before"]["text"] != flip["after"]["text"] for flip in data["flips"])
    assert "exam-stress" in (tmp_path / "out" / "comparison.md").read_text(encoding="utf-8")


def test_the_same_runs_give_the_same_bytes(cli: Cli, runs: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert cli("compare", runs / "old", runs / "new", "-o", tmp_path / name).code == 0
    for name in ("comparison.html", "comparison.md", "comparison.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_turning_the_runs_round_turns_the_change_round(runs: Path) -> None:
    from langbias.compare import compare_runs

    there = compare_runs(runs / "old", runs / "new")
    back = compare_runs(runs / "new", runs / "old")
    for one, two in zip(there.changes, back.changes, strict=True):
        if one.change and two.change:
            assert one.change.value == pytest.approx(-two.change.value)
        assert one.broke == two.mended


def test_the_headline_hides_no_change_that_might_be_one(runs: Path) -> None:
    from langbias.compare import compare_runs
    from langbias.report.comparison import headline

    found = compare_runs(runs / "old", runs / "new")

    def said(value: float, low: float, verdict: ChangeVerdict) -> str:
        change = Estimate(value, low, 0.9, 40, 8, "test")
        kept = [c for c in found.changes if c.language != "fa"]
        moved = [replace(c, change=change, verdict=verdict) for c in found.changes if c.language == "fa"]
        return headline(replace(found, changes=(*kept, *moved)))

    assert said(0.6, 0.2, "worse") == "On at least one check, replies fail more often than before in Persian."
    assert said(0.6, 0.2, "insufficient") == "In Persian something may have changed; the runs are too small to tell."
    assert said(0.6, -0.2, "insufficient") == "No change was found, which does not mean that there is none."


def test_other_corpora_and_packs_are_refused_until_they_are_scored_anew(cli: Cli, runs: Path, tmp_path: Path) -> None:
    note = runs / "old" / "scoring.json"
    note.write_text(note.read_text(encoding="utf-8").replace('"digest": "', '"digest": "0'), encoding="utf-8")
    ran = cli("compare", runs / "old", runs / "new", "-o", tmp_path / "out")
    assert ran.code == 3
    assert "different packs" in ran.err
    change_manifest(runs / "old", corpus_digest="0000")
    ran = cli("compare", runs / "old", runs / "new", "-o", tmp_path / "out")
    assert ran.code == 3
    assert "different corpora" in ran.err
    before = (runs / "old" / "results.jsonl").read_bytes()
    ran = cli("compare", runs / "old", runs / "new", "--rescore", "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert (runs / "old" / "results.jsonl").read_bytes() == before
    assert "scored anew" in (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")


def test_prompts_that_were_changed_in_between_are_left_out(cli: Cli, runs: Path, tmp_path: Path) -> None:
    prompts = runs / "old" / "prompts.jsonl"
    lines = [json.loads(line) for line in prompts.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line["scenario_id"] == "exam-stress":
            line["turns"] = ["another wording"]
    prompts.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    change_manifest(runs / "old", corpus_digest="0000")
    ran = cli("compare", runs / "old", runs / "new", "--rescore", "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert "2 prompts that only one run asked" in ran.err
    data = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))["comparison"]
    assert data["n_scenarios"] == 7


def test_unequal_languages_are_named(cli: Cli, runs: Path, tmp_path: Path) -> None:
    other = record_run(tmp_path, "other", lambda _: "Hello there, my friend.", "en,ko")
    ran = cli("compare", runs / "old", other, "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert "left out: fa, ko" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("old", "old"), 2, "same run and target"),
        (("old", "none"), 3, "not a run folder"),
        (("old", "new", "--target-b", "x"), 2, "has no target 'x'"),
        (("old", "new", "--format", "pdf"), 2, "unknown format 'pdf'"),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    cli: Cli, runs: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    paths = [runs / name if at < 2 else name for at, name in enumerate(arguments)]
    ran = cli("compare", *paths)
    assert ran.code == code, ran.err
    assert words in ran.err
    assert ran.err.count("\n") == 1
