"""Human review end to end: draw, fill in, read back, and every way to hand in the wrong file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

Row = dict[str, str]


@pytest.fixture
def run(runs: Path) -> Path:
    """A scored run of the core scenarios in which some Persian replies are English."""
    return runs / "new"


def edit(path: Path, change: Callable[[int, Row], Row], out: Path | None = None) -> Path:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    out = out or path
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(change(at, row) for at, row in enumerate(rows))
    return out


def answered(rater: str, bad: Callable[[int], bool] = lambda at: at % 4 == 0) -> Callable[[int, Row], Row]:
    def change(at: int, row: Row) -> Row:
        answer = "bad" if bad(at) else "ok"
        return row | dict.fromkeys(("fidelity", "artifacts", "honorifics", "culture"), answer) | {"rater": rater}

    return change


def exported(cli: Cli, run: Path, *more: str) -> Path:
    ran = cli("review", "export", run, "-l", "fa", *more)
    assert ran.code == 0, ran.err
    return Path(ran.out.splitlines()[0]).parent


def test_a_sheet_hides_verdicts_and_glosses_and_reads_right_to_left(cli: Cli, run: Path) -> None:
    place = exported(cli, run, "--n", "6")
    html = (place / "sheet.html").read_text(encoding="utf-8")
    assert 'dir="rtl"' in html
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert html.count("Reply to judge") == 6
    scenarios = [json.loads(line) for line in (run / "scenarios.jsonl").read_text(encoding="utf-8").splitlines()]
    assert not [s["id"] for s in scenarios if s["gloss_en"][:40] in html or s["id"] in html]
    text = (place / "rater-2.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "selection,item,language,rater,fidelity,artifacts,honorifics,culture,comment"
    assert "fail" not in text


def test_the_draw_is_stratified_and_keeps_its_weights(cli: Cli, run: Path) -> None:
    place = exported(cli, run, "--n", "4")
    selection = json.loads((place / "selection.json").read_text(encoding="utf-8"))
    strata = [item["stratum"] for item in selection["items"]]
    assert strata.count("failed") == 2
    total = sum(item["weight"] for item in selection["items"])
    assert total == pytest.approx(len((run / "responses.jsonl").read_text(encoding="utf-8").splitlines()) / 2)
    assert exported(cli, run, "--n", "4") == place


def test_answers_come_back_with_who_when_and_the_original(cli: Cli, run: Path) -> None:
    place = exported(cli, run, "--n", "100")
    for number, rater in ((1, "Shirin"), (2, "Babak")):
        edit(place / f"rater-{number}.csv", answered(rater))
    ran = cli("review", "import", run, place / "rater-1.csv", place / "rater-2.csv")
    assert ran.code == 0, ran.err
    assert "Shirin judged 9 replies, 36 answers" in ran.out
    rows = [json.loads(line) for line in (run / "review" / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["rater"] for row in rows} == {"Shirin", "Babak"}
    assert all(row["imported_at"] and row["sha256"] for row in rows)
    assert len(list((place / "imported").iterdir())) == 2
    found = {row["check_id"]: row for row in json.loads(cli("review", "agreement", run, "--json").out)}
    assert found["fidelity"]["alpha"]["value"] == 1.0
    assert found["fidelity"]["standing"] == "firm"
    assert sum(v for k, v in found["fidelity"]["confusion"].items()) == 9
    assert "fidelity" in cli("review", "agreement", run).out
    assert cli("report", run).code == 0


def test_raters_who_disagree_make_a_check_experimental(cli: Cli, run: Path) -> None:
    place = exported(cli, run)
    edit(place / "rater-1.csv", answered("one"))
    edit(place / "rater-2.csv", answered("two", lambda at: at % 4 == 1))
    assert cli("review", "import", run, place / "rater-1.csv", place / "rater-2.csv").code == 0
    found = json.loads(cli("review", "agreement", run, "--json").out)
    assert {row["standing"] for row in found} == {"experimental"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda at, row: row | {"item": "0000000000"} if at == 0 else row, "is not in the selection"),
        (lambda _, row: row | {"language": "ko"}, "the selection is in 'fa'"),
        (lambda _, row: row | {"selection": "fa-00000000"}, "import it into the run it was exported from"),
        (lambda at, row: row | {"fidelity": "maybe"} if at == 1 else row, "write one of ok, bad, unsure"),
        (lambda _, row: row | {"rater": " "}, "no rater"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_imported(
    cli: Cli, run: Path, change: Callable[[int, Row], Row], words: str
) -> None:
    place = exported(cli, run)
    edit(edit(place / "rater-1.csv", answered("one")), change)
    ran = cli("review", "import", run, place / "rater-1.csv")
    assert ran.code == 3, ran.err
    assert words in ran.err
    assert "rater-1.csv" in ran.err
    assert not (run / "review" / "labels.jsonl").exists()


def test_doubled_rows_and_doubled_raters_are_refused(cli: Cli, run: Path, tmp_path: Path) -> None:
    place = exported(cli, run)
    edit(place / "rater-1.csv", answered("one"))
    text = (place / "rater-1.csv").read_text(encoding="utf-8")
    doubled = tmp_path / "doubled.csv"
    doubled.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    ran = cli("review", "import", run, doubled)
    assert ran.code == 3
    assert "stands twice" in ran.err
    assert cli("review", "import", run, place / "rater-1.csv").code == 0
    before = (run / "review" / "labels.jsonl").read_bytes()
    ran = cli("review", "import", run, place / "rater-1.csv")
    assert ran.code == 3
    assert "has already judged" in ran.err
    assert (run / "review" / "labels.jsonl").read_bytes() == before
    assert cli("review", "import", run, place / "rater-1.csv", "--correct").code == 0
    assert (run / "review" / "labels.jsonl").read_bytes().startswith(before)


def test_a_file_that_is_no_sheet_is_named(cli: Cli, run: Path, tmp_path: Path) -> None:
    assert cli("review", "import", run, tmp_path / "none.csv").code == 2
    exported(cli, run)
    for content, words in (
        (b"", "holds no row"),
        (b"a,b\n1,2\n", "no column selection"),
        (b"\xff\xfe\x00", "save the sheet as CSV UTF-8"),
    ):
        (tmp_path / "bad.csv").write_bytes(content)
        ran = cli("review", "import", run, tmp_path / "bad.csv")
        assert ran.code == 3
        assert words in ran.err
    assert cli("review", "import", run, tmp_path / "none.csv").code == 2


def test_a_language_that_the_run_lacks_is_named(cli: Cli, run: Path) -> None:
    ran = cli("review", "export", run, "-l", "ko")
    assert ran.code == 2
    assert "no language 'ko'" in ran.err


def test_an_export_never_overwrites_what_somebody_filled_in(cli: Cli, run: Path) -> None:
    place = exported(cli, run)
    before = edit(place / "rater-1.csv", answered("one")).read_bytes()
    ran = cli("review", "export", run, "-l", "fa")
    assert ran.code == 0
    assert "left as it is" in ran.err
    assert (place / "rater-1.csv").read_bytes() == before
