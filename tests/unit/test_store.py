"""The run folder: whole files, an append-only log, one writer, and errors that name file and remedy."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from langbias.errors import StoreError
from langbias.store import RunFolder, open_run
from langbias.store.disk import disk_errors, write_atomic
from langbias.store.log import MOST_UNSYNCED, SYNC_ROWS, ResponseLog
from langbias.store.rows import encode_row
from langbias.types import (
    CheckResult,
    Environment,
    FidelityMeasures,
    Outcome,
    Param,
    PlanSettings,
    Response,
    Run,
    Status,
    Target,
    Trial,
    Usage,
)

RUN = Run(
    id="r",
    schema_version=1,
    signature="langbias|café",
    corpus_version="1.0",
    corpus_digest="9f2c",
    packs=(),
    targets=(Target("bot", "chat_completions", "m", (Param("temperature", 0.5),), "h", "KEY"),),
    plan=PlanSettings(("en", "ko"), ("s",), "en", 1, 7),
    environment=Environment("0.1", "3.11", "linux", ("httpx 0.28",), "2026-01-01T00:00:00Z"),
)
TRIALS = tuple(Trial(f"t{n}", "s/ko/base", "bot", n, 7) for n in range(3))


def response(trial: str = "t0", turn: int = 0, text: str = "네, 듣고 있어요.", status: Status = Status.OK) -> Response:
    return Response(trial, turn, status, text, "stop", 200, 12.5, 1, Usage(3, 4), "m1", "2026-01-01T00:00:00.000Z")


def begin(path: Path, *responses: Response) -> RunFolder:
    with open_run(path, RUN, TRIALS) as (folder, log):
        for row in responses:
            log.append(row)
    return folder


def test_what_goes_in_comes_out_in_the_order_of_the_plan(tmp_path):
    rows = [response("t2"), response("t0", 1), response("t0", 0)]
    folder = begin(tmp_path, *rows)
    assert folder.run() == RUN
    assert tuple(folder.trials()) == TRIALS
    assert list(folder.responses()) == [rows[2], rows[1], rows[0]]


def test_same_content_in_same_bytes_out(tmp_path):
    a, b = begin(tmp_path / "a", response()), begin(tmp_path / "b", response())
    for name in ("manifest.json", "trials.jsonl", "responses.jsonl"):
        assert (a.path / name).read_bytes() == (b.path / name).read_bytes()
    line = a.responses_path.read_text("utf-8")
    assert line.startswith('{"attempts":1,"error":null,')
    assert "네, 듣고 있어요." in line


def test_a_later_row_replaces_a_failed_one(tmp_path):
    failed = response("t1", text="", status=Status.FAILED)
    assert list(begin(tmp_path, failed, response("t0"), response("t1")).responses()) == [response("t0"), response("t1")]


def test_going_on_with_the_same_plan(tmp_path):
    begin(tmp_path, response("t0"))
    later = replace(RUN, environment=replace(RUN.environment, created_at="2027-01-01T00:00:00Z"))
    with open_run(tmp_path, later, TRIALS) as (folder, log):
        assert [row.trial_id for row in log.stored()] == ["t0"]
        log.append(response("t1"))
    assert len(list(folder.responses())) == 2
    assert folder.run() == RUN, "the manifest of the beginning stays"


@pytest.mark.parametrize(
    ("run", "trials", "named"),
    [
        (replace(RUN, corpus_digest="0"), TRIALS, "corpus_digest"),
        (replace(RUN, targets=()), TRIALS, "targets"),
        (replace(RUN, plan=replace(RUN.plan, repeats=2)), TRIALS, "plan"),
        (RUN, TRIALS[:2], "trials"),
    ],
)
def test_another_plan_is_refused(tmp_path, run, trials, named):
    begin(tmp_path)
    with (
        pytest.raises(StoreError, match=f"holds another run \\(its {named} differ\\).*choose another --output"),
        open_run(tmp_path, run, trials),
    ):
        pass


def test_another_schema_version_is_refused(tmp_path):
    folder = begin(tmp_path)
    text = folder.manifest_path.read_text().replace('"schema_version": 1', '"schema_version": 2, "new": {}')
    folder.manifest_path.write_text(text)
    with pytest.raises(StoreError, match=r"manifest\.json: schema_version: 2, but this langbias reads 1"):
        folder.run()
    with pytest.raises(StoreError, match="schema_version: 2"), open_run(tmp_path, RUN, TRIALS):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"schema_version": 1}', b"[" * 100_000])
def test_a_damaged_manifest_is_refused(tmp_path, content):
    folder = begin(tmp_path)
    folder.manifest_path.write_bytes(content)
    with pytest.raises(StoreError, match=r"manifest\.json: damaged"):
        folder.run()


def test_no_run_folder(tmp_path):
    with pytest.raises(StoreError, match="not a run folder"):
        RunFolder(tmp_path / "nothing").run()
    begin(tmp_path).manifest_path.unlink()
    with pytest.raises(StoreError, match="holds responses but no manifest"), open_run(tmp_path, RUN, TRIALS):
        pass


def test_a_broken_row_between_whole_ones_is_damage_and_not_a_torn_tail(tmp_path):
    folder = begin(tmp_path, response("t0"), response("t1"))
    first, second = folder.responses_path.read_bytes().splitlines(keepends=True)
    folder.responses_path.write_bytes(first[:20] + b"\n" + second)
    with pytest.raises(StoreError, match=r"responses\.jsonl:1: not a whole row"):
        list(folder.responses())
    with pytest.raises(StoreError, match=r"responses\.jsonl:1"), open_run(tmp_path, RUN, TRIALS):
        pass
    assert folder.responses_path.read_bytes() == first[:20] + b"\n" + second, "nothing is thrown away"


def test_a_cut_trials_file_is_damage(tmp_path):
    folder = begin(tmp_path)
    folder.trials_path.write_bytes(folder.trials_path.read_bytes()[:-9])
    with pytest.raises(StoreError, match=r"trials\.jsonl:3: not a whole row"):
        list(folder.trials())


def test_an_answer_to_an_unplanned_trial_is_damage(tmp_path):
    folder = begin(tmp_path, response("stranger"))
    with pytest.raises(StoreError, match="answers trial stranger"):
        list(folder.responses())


@pytest.mark.parametrize("tail", [b'{"trial_id": "t1", "tu', b"\x00" * 5000, b"\xff", b"\n\n", b'{"trial_id": "t1"}\n'])
def test_a_torn_tail_is_passed_over_and_cut_on_opening(tmp_path, tail):
    folder = begin(tmp_path, response("t0"))
    whole = folder.responses_path.read_bytes()
    folder.responses_path.write_bytes(whole + tail)
    assert list(folder.responses()) == [response("t0")]
    with open_run(tmp_path, RUN, TRIALS) as (_, log):
        assert log.path.read_bytes() == whole
        log.append(response("t1"))
    assert list(folder.responses()) == [response("t0"), response("t1")]


def test_a_row_that_lost_only_its_newline_is_kept(tmp_path):
    folder = begin(tmp_path, response("t0"))
    folder.responses_path.write_bytes(folder.responses_path.read_bytes()[:-1])
    begin(tmp_path, response("t1"))
    assert list(folder.responses()) == [response("t0"), response("t1")]


def test_a_second_writer_is_refused_and_a_dead_one_is_no_obstacle(tmp_path):
    refused = pytest.raises(StoreError, match="another langbias is collecting")
    with open_run(tmp_path, RUN, TRIALS), refused, open_run(tmp_path, RUN, TRIALS):
        pass
    script = (
        "import os, sys\nfrom filelock import FileLock\n"
        f"lock = FileLock({str(tmp_path / '.lock')!r})\nlock.acquire()\nprint('locked', flush=True)\nsys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout.readline() == b"locked\n"
    with pytest.raises(StoreError, match="another langbias is collecting"), open_run(tmp_path, RUN, TRIALS):
        pass
    other.kill()
    other.communicate()
    begin(tmp_path, response("t0"))


def test_an_error_inside_releases_the_lock(tmp_path):
    with pytest.raises(ZeroDivisionError), open_run(tmp_path, RUN, TRIALS):
        raise ZeroDivisionError
    begin(tmp_path)


def test_rows_are_written_at_once_and_synced_in_time(tmp_path, monkeypatch):
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle))[1])
    now = [0.0]
    log = ResponseLog(tmp_path / "log.jsonl", lambda: now[0])
    for n in range(SYNC_ROWS - 1):
        log.append(response(f"t{n}"))
    assert len(log.path.read_bytes().splitlines()) == SYNC_ROWS - 1
    assert synced == []
    log.append(response("x"))
    log.sync()
    assert len(synced) == 1
    now[0] = 1.5
    log.append(response("y"))
    log.sync()
    assert len(synced) == 2
    log.sync()
    assert len(synced) == 2, "nothing new, nothing to sync"
    log.close()
    log.close()


def test_a_slow_disk_holds_no_reply_up_until_too_much_is_unsynced(tmp_path, monkeypatch):
    disk = threading.Event()
    synced = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(disk.wait(5)))
    log = ResponseLog(tmp_path / "log.jsonl", lambda: 0.0)
    for n in range(SYNC_ROWS + MOST_UNSYNCED - 1):
        log.append(response(f"t{n}"))
    assert not synced, "none of them waited"
    threading.Timer(0.2, disk.set).start()
    log.append(response("one too many"))
    assert synced, "the last one waits for the disk"
    assert all(synced), "and for no time limit"
    log.close()


def test_a_disk_that_refuses_to_sync_is_told(tmp_path, monkeypatch):
    log = ResponseLog(tmp_path / "log.jsonl")

    def refuse(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    for n in range(SYNC_ROWS):
        log.append(response(f"t{n}"))
    with pytest.raises(StoreError, match=r"log\.jsonl: the disk reports an error"):
        log.sync()
    monkeypatch.undo()
    log.close()


def test_a_full_disk_takes_the_half_row_back(tmp_path, monkeypatch):
    log = ResponseLog(tmp_path / "log.jsonl")
    log.append(response("t0"))
    whole = log.path.read_bytes()
    real = os.write

    calls = [0]

    def write(handle, data):
        calls[0] += 1
        if calls[0] == 1:
            return real(handle, bytes(data)[:30])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(StoreError, match=r"log\.jsonl: the disk is full; free some space"):
        log.append(response("t1"))
    monkeypatch.setattr(os, "write", real)
    assert log.path.read_bytes() == whole
    log.append(response("t2"))
    assert [row.trial_id for row in log.stored()] == ["t0", "t2"]
    log.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_really_full_device(tmp_path):
    path = tmp_path / "log.jsonl"
    path.symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"log\.jsonl: the disk is full"), disk_errors(path):
        path.write_bytes(b"x")


def test_atomic_files_are_whole_or_absent(tmp_path):
    target = tmp_path / "results.jsonl"
    target.write_bytes(b"old")

    def breaks():
        yield b"new"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreError, match=r"results\.jsonl: the disk is full"):
        write_atomic(target, breaks())
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"], "no draft is left behind"
    write_atomic(target, [b"new"])
    assert target.read_bytes() == b"new"


def test_results_and_other_files(tmp_path):
    folder = begin(tmp_path)
    result = CheckResult("t0", 0, "fidelity", Outcome.PASS, "", FidelityMeasures("ko", "Kore", 1.0))
    folder.write_lines("results.jsonl", [encode_row(result)] * 2)
    first, second = folder.results_path.read_bytes().splitlines()
    assert first == second
    assert first.startswith(b'{"check_id":"fidelity"')
    assert folder.write_file("summary.json", "{}").read_text() == "{}"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(StoreError, match="a part of the path is a file"),
        open_run(tmp_path / "file" / "run", RUN, TRIALS),
    ):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="no permission"), open_run(tmp_path / "run", RUN, TRIALS):
        pass
