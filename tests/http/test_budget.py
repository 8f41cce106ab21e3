"""What a plan takes, and the ceilings that stop it, from the command line against a chatbot on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chatbot_stub import Answer, ChatbotStub, Seen

from langbias.cli import run
from langbias.cli.progress import Progress
from langbias.collect import Started, TurnStored
from langbias.collect.events import LanguageCount
from langbias.collect.prices import read_prices
from langbias.errors import InvalidDataError
from langbias.types import Status

Serve = Callable[[Callable[[Seen], Answer] | Answer], ChatbotStub]
# A reply of 3 tokens sent and 1 received costs 5 EUR.
PRICES = 'currency = "EUR"\nas_of = "2026-11-01"\n[[price]]\nname = "m"\nprompt = 1e6\ncompletion = 2e6\n'
REPLY: dict[str, Any] = {
    "choices": [{"message": {"content": "That sounds hard."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("prices.toml").write_text(PRICES)


def asked(stub: ChatbotStub, verb: str, *more: str) -> int:
    common = ("-t", f"chat:{stub.url}/v1#m", "-l", "en,ko", "-s", "exam-stress,panic-night", "-o", "run")
    return run([verb, *common, *more])


def stored() -> int:
    return len(Path("run/responses.jsonl").read_text().splitlines())


def plan_of(stub: ChatbotStub, capfd: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    capfd.readouterr()
    assert asked(stub, "plan", "--json", *more) == 0
    return json.loads(capfd.readouterr().out)["budget"]


def test_tokens_are_unknown_until_a_probe_measures_them(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    stub = serve(Answer(REPLY))
    before = plan_of(stub, capfd)
    calls = before["calls"]
    assert (before["prompt_tokens"], before["cost"], before["wall_seconds"]) == (None, None, None)
    assert stub.seen == []
    after = plan_of(stub, capfd, "--probe", "1")
    assert len(stub.seen) == stored() == calls - after["calls"] >= 2
    left = after["calls"]
    assert (after["prompt_tokens"], after["completion_tokens"]) == (3 * left, left)
    assert after["cost"] == pytest.approx(5 * left)
    assert after["wall_seconds"] > 0
    # The probe was part of the run: collecting asks the rest only, and then nothing is left.
    assert asked(stub, "collect", "-q") == 0
    assert len(stub.seen) == calls
    assert plan_of(stub, capfd, "--probe", "1") | {"shares": []} == {
        "shares": [],
        "calls": 0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "cost": 0,
        "wall_seconds": 0,
        "unpriced": [],
    }


def test_dry_run_says_what_is_known(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    stub = serve(Answer(REPLY))
    assert asked(stub, "audit", "--dry-run") == 0
    said = capfd.readouterr().out
    assert "tokens: unknown; ask a few replies of each language with --probe 2" in said
    assert stub.seen == []
    assert asked(stub, "audit", "--dry-run", "--probe", "1") == 0
    assert "EUR (by the price table of 2026-11-01)" in capfd.readouterr().out
    Path("prices.toml").unlink()
    assert asked(stub, "audit", "--dry-run") == 0
    assert "price: unknown; prices.toml has none for chat:" in capfd.readouterr().out


def test_max_cost_stops_before_more_is_spent_and_goes_on(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    stub = serve(Answer(REPLY))
    assert asked(stub, "collect", "--max-connections", "1", "--max-cost", "12") == 4
    assert stored() == 2, "a third reply would make 15 EUR"
    said = capfd.readouterr().err
    assert "stopped at --max-cost 12" in said
    assert "cost of 2 replies: 10.0000 EUR" in said
    assert asked(stub, "collect", "--max-calls", "1", "-q") == 4
    assert stored() == 3
    assert asked(stub, "collect", "-q") == 0
    assert len(stub.seen) == stored()


def test_a_ceiling_that_cannot_be_watched_is_refused(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    silent = serve(Answer({"choices": REPLY["choices"]}))
    assert asked(silent, "collect", "--max-cost", "100", "--max-connections", "1") == 4
    assert stored() == 1
    assert "use --max-calls instead" in capfd.readouterr().err
    Path("prices.toml").write_text(PRICES.replace('"m"', '"other"'))
    assert asked(silent, "collect", "--max-cost", "100") == 2
    assert "has no price for chat:" in capfd.readouterr().err


def test_no_retry_asks_nothing_twice(serve: Serve) -> None:
    stub = serve(Answer({"error": {"message": "busy"}}, status=503))
    assert asked(stub, "collect", "--no-retry", "-q") == 0
    assert len(stub.seen) == stored()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PRICES.replace("2026-11-01", "yesterday"), "as_of"),
        (PRICES.replace("EUR", " "), "currency"),
        (PRICES.replace("1e6", "-1"), "prompt"),
        (PRICES.replace("2e6", "nan"), "completion"),
        (PRICES.replace("2e6", '"two"'), "completion"),
        (PRICES + '[[price]]\nname = "m"\nprompt = 1\ncompletion = 1\n', "used twice"),
        (PRICES + "color = 1\n", "color"),
        ("[[price", "prices.toml"),
    ],
)
def test_a_bad_price_table_is_told_with_its_field(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(InvalidDataError, match=said):
        read_prices(path)


def test_plain_progress_says_rate_time_to_go_and_cost(capfd: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    with Progress(quiet=False, currency="EUR", monotonic=lambda: now) as progress:
        progress.on_event(Started((LanguageCount("t", "en", 20, 0),)))
        for n in range(10):
            now += 2
            status = Status.FAILED if n == 0 else Status.OK
            progress.on_event(TurnStored("t", "en", f"{n}", 0, status, True, 1, 5.0, None, 0.5))
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "asking 20 conversations in en"
    assert lines[-1] == "10 of 20 conversations, 30.0/min, 20 s to go, 5.0000 EUR, 1 failed"
    assert len(lines) == 6
