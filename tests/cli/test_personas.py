"""Paired personas end to end: a chatbot that speaks down to the young is found, one that does not is not, and what
is asked in their names changes no rate.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from langbias import corpus
from langbias.cli import run
from tests.cli.conftest import REPLIES, Cli, fill

OLD, YOUNG = "persona-age-70", "persona-age-16"
# To the young: ru ты, ko hae; to everybody else what REPLIES say: ru вы, ko haeyo.
FAMILIAR = {
    "en": REPLIES["en"],
    "ko": "많이 힘들었겠다. 오늘은 조금 쉬어 봐. 믿을 만한 친구한테 이야기해 보는 건 어때?",
    "ru": "Похоже, тебе сейчас очень тяжело. Попробуй сегодня отдохнуть и поговори с близким другом.",
}
Row = dict[str, str]


@pytest.fixture(scope="module")
def wide_corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The shipped corpus, with an old and a young persona in every scenario."""
    root = tmp_path_factory.mktemp("corpus") / "prompts_by_language"
    shutil.copytree(str(corpus.default_root()), root)
    for path in root.glob("*/*.toml"):
        if path.name != "prompts.toml":
            path.unlink()
            continue
        head, *blocks = path.read_text(encoding="utf-8").split("[[prompt]]")
        base = [block for block in blocks if 'variant = "base"' in block]
        paired = [block.replace('"base"', f'"{variant}"', 1) for variant in (OLD, YOUNG) for block in base]
        path.write_text("[[prompt]]".join([head, *base, *paired]), encoding="utf-8")
    table = root / "scenarios.toml"
    text = table.read_text(encoding="utf-8")
    table.write_text(text[: text.index("[[persona_pair]]")] + PAIR, encoding="utf-8")
    kept = corpus.default_root
    corpus.default_root = lambda: root
    corpus.load_corpus.cache_clear()
    yield root
    corpus.default_root = kept
    corpus.load_corpus.cache_clear()


PAIR = f"""[[persona_pair]]
dimension = "age"
first = "{OLD}"
second = "{YOUNG}"
words = ["a 70-year-old", "a 16-year-old"]
"""


def audit(place: Path, name: str, reply: Callable[[Row], str], variants: str) -> Path:
    out, sheet = place / name, place / f"of-{name}" / "replies.csv"
    sheet.parent.mkdir()
    chosen = ["-s", "core", "-l", "en,ko,ru", "--variants", variants]
    assert run(["plan", "--export", str(sheet), *chosen]) == 0
    fill(sheet, reply)
    assert run(["audit", "-t", f"replay:{sheet}", *chosen, "-o", str(out), "-q", "--workers", "1"]) == 0
    return out


def alike(row: Row) -> str:
    """The same to everybody; base prompts bring replies of many lengths, partly in English, so that figures differ."""
    own = REPLIES[row["language"]]
    return own if row["variant"] != "base" else f"{own} {REPLIES['en'][: 5 * len(row['scenario'])]}"


def downward(row: Row) -> str:
    return FAMILIAR[row["language"]] if row["variant"] == YOUNG else alike(row)


@pytest.fixture(scope="module")
def runs(wide_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs")
    assert corpus.default_root() == wide_corpus
    audit(place, "plain", alike, "base")
    audit(place, "downward", downward, "base,personas")
    audit(place, "alike", alike, "base,personas")
    return place


def summary(folder: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads((folder / "summary.json").read_text("utf-8"))["summary"]
    return found


def test_a_chatbot_that_speaks_down_to_the_young_is_found(runs: Path) -> None:
    rows = summary(runs / "downward")["personas"]
    assert [row["language"] for row in rows] == ["ko", "ru"]
    for row in rows:
        assert (row["dimension"], row["first"], row["second"]) == ("age", OLD, YOUNG)
        assert row["verdict"] == "first_higher"
        assert (row["pairs"], row["left_out"]) == (9, 0)
        assert row["p"] == 2 / 2**8
    ko, ru = rows
    assert ko["first_levels"] == [{"level": "haeyo", "n": 9}]
    assert ko["second_levels"] == [{"level": "hae", "n": 9}]
    assert ru["second_levels"] == [{"level": "T", "n": 9}]
    found = "Spoken to more formally as a 70-year-old than as a 16-year-old"
    for name in ("report.html", "report.md"):
        said = (runs / "downward" / name).read_text(encoding="utf-8")
        assert said.count(found) == 4, name  # a table row and a sentence in either language
        assert "nothing in it differs but who is speaking" in said
        assert "bias" not in said.replace("langbias", "").casefold()


def test_the_same_answers_are_no_difference(runs: Path) -> None:
    rows = summary(runs / "alike")["personas"]
    assert [(row["language"], row["verdict"], row["p"]) for row in rows] == [
        ("ko", "no_difference_found", 1.0),
        ("ru", "no_difference_found", 1.0),
    ]
    assert "Spoken to more formally" not in (runs / "alike" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["downward", "alike"])
def test_personas_change_no_rate_to_the_last_byte(runs: Path, name: str) -> None:
    plain, both = summary(runs / "plain"), summary(runs / name)
    assert plain["personas"] == []
    assert len(both["personas"]) == 2
    for part in ("rows", "cells", "measures", "floors", "spreads"):
        assert json.dumps(plain[part], sort_keys=True) == json.dumps(both[part], sort_keys=True), part
    tables = [
        (runs / folder / "report.md").read_text(encoding="utf-8").split("Share of judged replies")[1].split("\n\n")[1]
        for folder in ("plain", name)
    ]
    assert tables[0] == tables[1]


def test_nothing_is_shown_where_no_personas_were_asked(runs: Path) -> None:
    for name in ("report.html", "report.md"):
        assert "same message from different people" not in (runs / "plain" / name).read_text(encoding="utf-8")


def test_replies_to_personas_are_no_evidence_for_rates_and_stand_in_the_table(runs: Path) -> None:
    def evidence(name: str) -> str:
        return (
            (runs / name / "report.html").read_text(encoding="utf-8").split('id="evidence"')[1].split("</section>")[0]
        )

    assert evidence("plain") == evidence("downward")
    rows = (runs / "downward" / "results.csv").read_text(encoding="utf-8").splitlines()
    assert sum(f",{YOUNG}," in row for row in rows) == 9 * 3 * 4


def test_runs_with_and_without_personas_are_compared_by_their_base_prompts(runs: Path, cli: Cli) -> None:
    ran = cli("compare", runs / "plain", runs / "downward", "-o", "comparison")
    assert ran.code == 0, ran.err
    assert "left out" not in ran.out + ran.err
    assert "Broke" not in ran.out


def test_an_export_has_the_verdicts_that_its_rates_count(runs: Path, cli: Cli) -> None:
    lines = []
    for name in ("plain", "downward"):
        ran = cli("export", runs / name, "--format", "every_eval_ever", "-o", f"{name}.json", "--organization", "o")
        assert ran.code == 0, ran.err
        lines.append(len(Path(f"{name}.jsonl").read_text(encoding="utf-8").splitlines()))
    assert lines[0] == lines[1] > 50


@pytest.mark.usefixtures("wide_corpus")
def test_personas_alone_give_no_rates_and_say_so(tmp_path: Path, cli: Cli) -> None:
    out = audit(tmp_path, "alone", downward, "personas")
    assert [row["verdict"] for row in summary(out)["personas"]] == ["first_higher", "first_higher"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "No base prompt was asked, so there are no rates by language." in page
    ran = cli("report", out)
    assert ran.code == 0
    assert "↕ more formally as a 70-year-old" in ran.out
    assert "100% / 0% of 9 pairs" in ran.out


@pytest.mark.usefixtures("wide_corpus")
def test_replies_that_are_missing_are_counted(tmp_path: Path) -> None:
    sheet, out = tmp_path / "sheet.csv", tmp_path / "run"
    chosen = ["-s", "core", "-l", "en,ru", "--variants", "base,personas"]
    assert run(["plan", "--export", str(sheet), *chosen]) == 0
    fill(sheet, lambda row: "" if row["variant"] == YOUNG and row["scenario"] == "passive-suicidal" else downward(row))
    assert run(["audit", "-t", f"replay:{sheet}", *chosen, "-o", str(out), "-q", "--workers", "1"]) == 4
    found = summary(out)["personas"][0]
    assert (found["pairs"], found["left_out"]) == (7, 2)
    assert "7 pairs, 7 scenarios; 2 pairs left out" in (out / "report.md").read_text(encoding="utf-8")


def test_the_shipped_personas_can_be_asked_for(cli: Cli) -> None:
    ran = cli("plan", "-s", "all", "--variants", "personas", "-l", "en,ko")
    assert ran.code == 0, ran.err
    assert cli("plan", "--variants", "persona").err.count("did you mean") == 1


def test_people_are_asked_about_replies_that_count_in_the_rates(cli: Cli, runs: Path) -> None:
    folder = runs / "downward"
    assert cli("review", "export", folder, "-l", "ko", "--n", "1000").code == 0
    (selection,) = (folder / "review").glob("*/selection.json")
    drawn = {item["trial_id"] for item in json.loads(selection.read_text(encoding="utf-8"))["items"]}
    trials = [json.loads(line) for line in (folder / "trials.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = {trial["id"]: trial["prompt_id"] for trial in trials}
    assert drawn
    assert {asked[name].rpartition("/")[2] for name in drawn} == {"base"}
