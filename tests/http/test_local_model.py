"""The embedded model for real: it answers through the ordinary target, twice the same, and leaves no server behind."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from langbias.audit import Choice, Plan, collect_run, make_plan
from langbias.collect import CollectSettings
from langbias.corpus import load_corpus
from langbias.store import RunFolder
from langbias.targets import local

pytestmark = [
    pytest.mark.local_model,
    pytest.mark.skipif(
        local.runtime_version() is None or not (local.cache_folder() / f"{local.MODEL_NAME}.gguf").is_file(),
        reason="the embedded model is not installed; run `langbias audit` once",
    ),
]


def ask(out: Path) -> tuple[Plan, list[str]]:
    choice = Choice(languages="en", scenarios="insomnia", max_tokens=12, output=out)
    plan = make_plan(choice, load_corpus(), [local.local_target()], "2026-01-01T00:00:00+00:00")
    report = collect_run(plan, CollectSettings(max_tokens=12), lambda _: None)
    assert report.complete
    return plan, [response.text for response in RunFolder(out).responses()]


def test_two_runs_give_the_same_replies_and_leave_no_path_behind(tmp_path: Path) -> None:
    _, first = ask(tmp_path / "a")
    _, second = ask(tmp_path / "b")
    assert first == second
    assert len(first[0]) > 10
    stored = (tmp_path / "a" / "responses.jsonl").read_text(encoding="utf-8")
    assert local.MODEL_NAME in stored
    assert str(local.cache_folder()) not in stored


def test_the_server_listens_on_loopback_and_ends_with_the_run() -> None:
    with local.served() as url:
        place = urlsplit(url)
        assert place.hostname == "127.0.0.1"
        assert place.port is not None
        socket.create_connection((place.hostname, place.port), timeout=5).close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((place.hostname, place.port), timeout=5)
