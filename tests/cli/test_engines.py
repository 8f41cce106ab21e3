"""`langbias score --engine`: the same lines from one process, several, Dask and Ray."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from langbias.engines import Engine, in_order
from langbias.parts import Tally, parts_of, score_part
from langbias.types import Outcome
from tests.cli.conftest import REPLIES, Cli

arrow = pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
parquet = pytest.importorskip("pyarrow.parquet")

CHECKS = "fidelity,artifacts"


def records(count: int) -> list[dict[str, Any]]:
    tags = [tag for tag in REPLIES if tag != "ko"]  # loading the Korean morphology takes seconds in every process
    return [{"id": f"r{n}", "language": tags[n % 4], "response": REPLIES[tags[(n // 5) % 4]]} for n in range(count)]


def write(path: Path, rows: list[dict[str, Any]], group: int | None = None) -> Path:
    parquet.write_table(arrow.Table.from_pylist(rows), path, row_group_size=group)
    return path


@pytest.mark.parametrize("engine", ["local", "dask", "ray"])
def test_two_workers_of_every_engine_give_the_lines_of_one_process(cli: Cli, tmp_path: Path, engine: str) -> None:
    if engine != "local" and importlib.util.find_spec({"dask": "distributed"}.get(engine, engine)) is None:
        pytest.skip(f"needs the extra [{engine}]: pip install 'langbias[{engine}]'")
    rows = records(90)
    rows[40]["language"] = "not a tag"
    source = write(tmp_path / "r.parquet", rows, group=20)
    alone = cli("score", source, "-o", "one.jsonl", "--checks", CHECKS, "--workers", "1")
    many = cli("score", source, "-o", "two.jsonl", "--checks", CHECKS, "--workers", "2", "--engine", engine)
    assert (alone.code, many.code) == (3, 3), many.err
    assert Path("two.jsonl").read_bytes() == Path("one.jsonl").read_bytes()
    assert "r.parquet: row 40: " in many.err
    assert alone.err.replace("one.jsonl", "two.jsonl") == many.err


def test_an_engine_that_is_not_installed_is_named(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "r.parquet", records(3))
    for engine, module in (("dask", "distributed"), ("ray", "ray")):
        monkeypatch.setitem(sys.modules, module, None)
        ran = cli("score", source, "-o", "o.jsonl", "--engine", engine)
        assert ran.code == 2, ran
        assert f"pip install 'langbias[{engine}]'" in ran.err
        assert not Path("o.jsonl").exists()


def scored(path: Path) -> tuple[bytes, Tally, int]:
    tally, lines, count = Tally(), b"", 0
    for part in parts_of(path, ("fidelity",), "2026-01-01", print):
        found = score_part(part)
        tally.add(found.tally)
        lines += found.lines
        count += 1
    return lines, tally, count


def test_parts_merge_to_the_whole_however_the_file_is_cut(tmp_path: Path) -> None:
    rows = records(70)
    whole = scored(write(tmp_path / "whole.parquet", rows))
    cut = scored(write(tmp_path / "cut.parquet", rows, group=9))
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "b.parquet", rows[30:], group=7)
    write(folder / "a.parquet", rows[:30])
    pieces = scored(folder)
    assert whole[:2] == cut[:2] == pieces[:2]
    assert (whole[2], cut[2], pieces[2]) == (1, 8, 7)
    tally = whole[1]
    assert tally.records == 70
    assert tally.languages == {"en", "ru", "fa", "yo"}
    assert sum(tally.outcomes.values()) == 70
    assert tally.outcomes["en", "fidelity", Outcome.PASS] > 0


def test_a_folder_that_is_neither_a_run_nor_parts_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert cli("score", "empty").code == 3


def test_a_broken_part_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "x.parquet").write_bytes(b"PAR1 no")
    ran = cli("score", "parts", "-o", "o.jsonl")
    assert (ran.code, "x.parquet: not a readable Parquet file" in ran.err) == (3, True)


def test_no_more_than_a_few_tasks_are_taken_ahead() -> None:
    taken = 0

    def tasks() -> Any:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    results = in_order(abs, tasks(), workers=2, engine=Engine.local)
    assert next(results) == 0
    assert taken <= 8
    assert list(results) == list(range(1, 1000))
