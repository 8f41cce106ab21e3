"""Collecting over real HTTP: what the network does to a run, and what the run makes of it."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import aiohttp
import httpx
import pytest
from chatbot_stub import Answer, ChatbotStub
from small_world import KEY, QUICK, World, make_world, spec
from wire_formats import CHAT, error

from langbias.collect import Finished, Started, TurnStored, collect
from langbias.errors import StoreError, UsageError
from langbias.store import open_run
from langbias.targets.chat_completions import ChatCompletions
from langbias.targets.protocol import Pace
from langbias.types import Status

ONCE = dataclasses.replace(QUICK, max_attempts=1)
SESSION = Path(__file__).parent / "session.py"


def ok(seen):
    return CHAT.ok(f"to {seen.json['messages'][-1]['content']}")


def bot(stub: ChatbotStub, **more):
    return spec(ChatCompletions(stub.url, "model"), **more)


def asked(stub: ChatbotStub) -> Counter:
    return Counter(seen.json["messages"][-1]["content"] for seen in stub.seen)


# --- what the network does


@pytest.mark.parametrize(
    ("fate", "cause"),
    [
        ("reset", "connection was closed before"),
        ("silent close", "connection was closed before"),
        ("cut", "cut short"),
        ("garbage", "not valid HTTP"),
        ("stall", "no whole reply within 0.5 s"),
    ],
)
def test_a_broken_connection_is_asked_again_then_fails_with_its_cause(fate, cause, serve, world):
    stub = serve(lambda seen: dataclasses.replace(ok(seen), fate=fate if seen.number < 1 else "whole"))
    w = world(bot(stub))
    w.collect(dataclasses.replace(QUICK, timeout=0.5))
    assert [(r.status, r.attempts) for r in w.responses()] == [(Status.OK, 2)]

    always = serve(lambda seen: dataclasses.replace(ok(seen), fate=fate))
    w = world(bot(always))
    w.path = w.path / "always"
    report = w.collect(dataclasses.replace(QUICK, timeout=0.5, max_attempts=2))
    assert report.complete
    (response,) = w.responses()
    assert (response.status, response.attempts, response.text) == (Status.FAILED, 2, "")
    assert cause in response.error


def test_answers_leave_nothing_for_the_garbage_collector(serve, world):
    """Looking for the rings that a thousand answers are part of would halt all requests for a tenth of a second."""
    w = world(bot(serve(ok)), scenarios=40)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        w.collect()
        gc.collect()
        rings = {type(found) for found in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not rings & {httpx.Request, httpx.Response, aiohttp.ClientResponse}


def test_a_slow_but_steady_reply_meets_the_limit_for_the_whole(serve, world):
    stub = serve(lambda seen: dataclasses.replace(ok(seen), delay=60))
    w = world(bot(stub, pace=Pace(timeout=0.3)))
    w.collect(ONCE)
    assert "no whole reply within 0.3 s" in w.responses()[0].error


def test_a_dead_host_stops_the_target_and_can_be_resumed(serve, world):
    with ChatbotStub(ok) as gone:
        pass
    dead = spec(ChatCompletions(gone.url, "model"))
    w = world(dead, scenarios=30)
    report = w.collect(dataclasses.replace(QUICK, max_attempts=2))
    assert report.remaining == 30
    assert "no connection" in report.stopped[0].reason
    stub = serve(ok)
    w.specs = [dataclasses.replace(bot(stub), target=dead.target)]
    assert w.collect().complete


def test_an_unknown_host_and_a_bad_certificate_stop_the_target(world):
    w = world(spec(ChatCompletions("http://no-such-host.invalid/v1", "model")))
    assert w.collect(ONCE).stopped
    assert w.responses() == []


def test_redirects_are_not_followed_so_no_key_travels(serve, world):
    elsewhere = serve(ok)
    stub = serve(Answer(b"", 307, {"location": f"http://user:pw@127.0.0.1:{elsewhere.port}/x?k=1"}))
    w = world(bot(stub), scenarios=5)
    report = w.collect()
    assert elsewhere.seen == []
    assert f"redirects to 127.0.0.1:{elsewhere.port}; put the final address" in report.stopped[0].reason


def test_cookies_of_one_conversation_do_not_reach_another(serve, world):
    stub = serve(lambda seen: dataclasses.replace(ok(seen), headers={"set-cookie": "session=1; Path=/"}))
    w = world(bot(stub), scenarios=3, turns=2)
    w.collect(dataclasses.replace(QUICK, max_connections=1))
    assert len(stub.seen) == 6
    assert not any("cookie" in seen.headers for seen in stub.seen)
    assert b"session=1" not in w.stored_bytes()


def test_a_compressed_reply_is_read_and_a_compression_bomb_is_not(serve, world):
    import gzip

    def respond(seen):
        body = ok(seen).encoded().partition(b"\r\n\r\n")[2]
        bomb = b'"' + b"x" * 50_000_000 + b'"'
        packed = gzip.compress(body if b"s0" in seen.raw else bomb)
        return Answer(packed, headers={"content-encoding": "gzip"})

    stub = serve(respond)
    w = world(bot(stub), scenarios=2)
    w.collect(ONCE)
    good, bad = w.responses()
    assert good.status is Status.OK
    assert "larger than" in bad.error


# --- fatal answers


def test_three_identical_fatal_answers_stop_one_target_and_the_others_go_on(serve, world):
    bad = serve(CHAT.wrong_key)
    good = serve(ok)
    w = world(bot(bad, id="bad"), bot(good, id="good"), scenarios=30)
    report = w.collect(dataclasses.replace(QUICK, max_connections=1))
    assert len(bad.seen) == 3
    assert [stopped.target_id for stopped in report.stopped] == ["bad"]
    assert report.remaining == 30
    assert {r.status for r in w.responses()} == {Status.OK}
    assert len(w.responses()) == 30


def test_a_403_for_one_prompt_alone_is_stored_as_failed(serve, world):
    stub = serve(lambda seen: error(403, "waf", "no") if b"s3 " in seen.raw else ok(seen))
    w = world(bot(stub), scenarios=6)
    assert w.collect(dataclasses.replace(QUICK, max_connections=1)).complete
    assert [r.status for r in w.responses()].count(Status.FAILED) == 1


def test_a_403_for_the_last_prompt_is_stored_when_the_target_has_answered_before(serve, world):
    stub = serve(lambda seen: error(403, "waf", "no") if b"s5 " in seen.raw else ok(seen))
    w = world(bot(stub), scenarios=6)
    assert w.collect(dataclasses.replace(QUICK, max_connections=1)).complete
    assert w.responses()[5].status is Status.FAILED


def test_a_request_the_server_never_accepts_stops_the_target(serve, world):
    stub = serve(error(400, "unsupported_parameter", "max_tokens is not supported"))
    w = world(bot(stub), scenarios=30)
    report = w.collect(dataclasses.replace(QUICK, max_connections=2))
    assert "max_tokens is not supported" in report.stopped[0].reason
    assert len(stub.seen) <= 4


def test_an_outage_stops_the_target(serve, world):
    stub = serve(Answer(b"", 502))
    w = world(bot(stub), scenarios=60)
    report = w.collect(dataclasses.replace(ONCE, outage_limit=10, max_connections=2))
    assert "the last 10 turns all failed" in report.stopped[0].reason
    assert len(stub.seen) <= 12
    assert report.remaining == 60 - len(w.responses())


@pytest.mark.parametrize("connections", [1, 16])
def test_a_wait_beyond_patience_is_a_stop_and_no_failure(serve, world, connections):
    stub = serve(Answer({"error": {"message": "daily limit"}}, 429, {"retry-after": "86400"}))
    w = world(bot(stub), scenarios=10)
    started = time.monotonic()
    report = w.collect(dataclasses.replace(QUICK, patience=120, max_connections=connections))
    assert time.monotonic() - started < 60, "it must not even wait as long as it has patience"
    assert "asks to wait 86400 s" in report.stopped[0].reason
    assert report.remaining == 10


def test_a_missing_key_names_the_variable(serve, world):
    stub = serve(ok)
    w = world(bot(stub))
    w.environment = {}
    with pytest.raises(UsageError, match="BOT_KEY is not set"):
        w.collect()
    w.environment = {"BOT_KEY": "sk\n-bad\x00key-0123"}
    with pytest.raises(UsageError, match="BOT_KEY") as caught:
        w.collect()
    assert "bad" not in str(caught.value)
    assert stub.seen == []


def test_what_was_under_way_when_the_target_was_stopped_is_stored_and_the_fatal_answers_are_not(serve, world):
    def respond(seen):
        slow = b"s0 " in seen.raw
        return dataclasses.replace(ok(seen), delay=0.3) if slow else CHAT.wrong_key

    w = world(bot(serve(respond)), scenarios=6)
    report = w.collect(dataclasses.replace(QUICK, max_connections=6))
    assert [r.status for r in w.responses()] == [Status.OK]
    assert report.remaining == 5


def test_a_full_house_is_waited_out_beyond_the_number_of_attempts(serve, world):
    stub = serve(lambda seen: Answer({}, 429) if seen.number < 9 else ok(seen))
    w = world(bot(stub))
    w.collect(dataclasses.replace(QUICK, max_attempts=2))
    assert [(r.status, r.attempts) for r in w.responses()] == [(Status.OK, 10)]
    busy = serve(Answer({}, 429))
    w = world(bot(busy))
    w.path = w.path / "once"
    w.collect(ONCE)
    assert [(r.status, r.attempts) for r in w.responses()] == [(Status.FAILED, 1)]


# --- pace


def test_a_429_slows_the_whole_target_down(serve, world):
    lately: list[float] = []

    def respond(seen):
        now = time.monotonic()
        lately[:] = [moment for moment in lately if now - moment < 0.2]
        lately.append(now)
        return (
            Answer({}, 429, {"retry-after": "0.2"}) if len(lately) > 10 else dataclasses.replace(ok(seen), delay=0.02)
        )

    stub = serve(respond)
    w = world(bot(stub), scenarios=60)
    report = w.collect(dataclasses.replace(QUICK, max_connections=32, max_attempts=20))
    assert report.complete
    assert {r.status for r in w.responses()} == {Status.OK}
    assert report.calls < 60 * 2.5, "most requests must not be wasted on a full house"


def test_an_exhausted_allowance_is_waited_out(serve, world):
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "300ms"}
    stub = serve(lambda seen: dataclasses.replace(ok(seen), headers=headers if seen.number == 0 else {}))
    w = world(bot(stub), scenarios=2)
    started = time.monotonic()
    w.collect(dataclasses.replace(QUICK, max_connections=1))
    assert time.monotonic() - started > 0.3


def test_never_more_connections_than_allowed_and_a_ramp_from_the_first(serve, world):
    """The server keeps every reply until as many requests are there as may be: they come without a first answer."""
    patient = dataclasses.replace(QUICK, timeout=60)
    stub = serve(lambda seen: dataclasses.replace(ok(seen), delay=0.05, hold=lambda: stub.most_at_once >= 6))
    w = world(bot(stub), scenarios=40)
    w.collect(dataclasses.replace(patient, max_connections=6))
    assert stub.most_at_once == 6
    ramp = serve(lambda seen: dataclasses.replace(ok(seen), delay=0.05, hold=lambda: ramp.most_at_once >= 40))
    w = world(bot(ramp, id="ramp", pace=Pace(max_connections=40)), scenarios=120)
    w.path = w.path / "ramp"
    w.collect(patient)
    assert ramp.most_at_once == 40


def test_requests_per_minute(serve, world):
    stub = serve(ok)
    w = world(bot(stub, pace=Pace(requests_per_minute=600)), scenarios=6)
    started = time.monotonic()
    w.collect()
    assert 0.5 <= time.monotonic() - started < 20


def test_tokens_per_minute(serve, world):
    stub = serve(ok)  # every exchange costs 18 tokens
    w = world(bot(stub, pace=Pace(tokens_per_minute=18 * 600)), scenarios=6)
    started = time.monotonic()
    w.collect(dataclasses.replace(QUICK, max_connections=1))
    assert 0.45 <= time.monotonic() - started < 20


def test_max_calls_stops_cleanly_and_the_next_session_goes_on(serve, world):
    stub = serve(ok)
    w = world(bot(stub), scenarios=10, turns=2)
    report = w.collect(dataclasses.replace(QUICK, max_calls=7, max_connections=1))
    assert (report.calls, report.max_calls_reached, report.remaining) == (7, True, 7)
    assert report.stopped == ()
    assert w.collect().complete
    assert set(asked(stub).values()) == {1}


# --- resume


def test_resume_asks_only_what_is_not_stored(serve, world):
    stub = serve(ok)
    w = world(bot(stub), languages=("en", "ko"), scenarios=3, turns=2)
    first = w.collect(dataclasses.replace(QUICK, max_calls=5))
    second = w.collect()
    assert second.stored_before == first.conversations
    assert second.complete
    third = w.collect()
    assert (third.calls, third.stored_before) == (0, 6)
    assert set(asked(stub).values()) == {1}


def test_a_complete_run_needs_neither_key_nor_server(serve, world):
    def unreachable():
        raise AssertionError("a complete run opened its target")

    stub = serve(ok)
    w = world(bot(stub), scenarios=2)
    assert w.collect().complete
    w.environment = {}
    w.specs = [dataclasses.replace(each, open=unreachable) for each in w.specs]
    again = w.collect()
    assert again.complete
    assert (again.calls, again.stored_before) == (0, 2)


def test_resume_goes_on_in_the_middle_of_a_conversation_with_its_history(serve, world):
    stub = serve(lambda seen: CHAT.ok(f"reply {seen.number}"))
    w = world(bot(stub), turns=3)
    w.collect(dataclasses.replace(QUICK, max_calls=2))
    w.collect()
    assert [r.text for r in w.responses()] == ["reply 0", "reply 1", "reply 2"]
    assert [m["content"] for m in stub.seen[2].json["messages"]][1::2] == ["reply 0", "reply 1"]


def test_retry_failed_asks_the_failed_ones_only(serve, world):
    def respond(seen):
        broken = b"turn 1 of s2" in seen.raw and not mended
        return Answer(b"", 500) if broken else ok(seen)

    mended: list[bool] = []
    stub = serve(respond)
    w = world(bot(stub), scenarios=4, turns=2)
    w.collect(dataclasses.replace(QUICK, max_attempts=2))
    assert [r.status for r in w.responses()].count(Status.FAILED) == 1
    assert w.collect().calls == 0
    mended.append(True)
    before = len(stub.seen)
    assert w.collect(dataclasses.replace(QUICK, retry_failed=True)).calls == 1
    assert stub.seen[before].json["messages"][1] == {"role": "assistant", "content": "to turn 0 of s2 in en"}
    assert {r.status for r in w.responses()} == {Status.OK}
    assert len(w.responses()) == 8


def test_events_add_up(serve, world):
    stub = serve(lambda seen: CHAT.filtered[0] if "ko" in seen.raw.decode() else ok(seen))
    w = world(bot(stub), languages=("en", "ko"), scenarios=3)
    report = w.collect()
    (started,) = [event for event in w.events if isinstance(event, Started)]
    assert [(c.language, c.planned, c.stored) for c in started.counts] == [("en", 3, 0), ("ko", 3, 0)]
    turns = Counter((e.language, e.status) for e in w.events if isinstance(e, TurnStored) and e.last)
    assert turns == {("en", Status.OK): 3, ("ko", Status.BLOCKED): 3}
    assert [(c.language, c.status, c.conversations) for c in report.counts] == [
        ("en", Status.OK, 3),
        ("ko", Status.BLOCKED, 3),
    ]
    assert w.events[-1] == Finished(report)


def run_session(folder, stub, scenarios, turns):
    command = [sys.executable, str(SESSION), str(folder), stub.url, str(scenarios), str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_requests(stub, number):
    deadline = time.monotonic() + 20
    while len(stub.seen) < number:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_killed_in_the_middle_nothing_is_lost_and_nothing_asked_twice(serve, tmp_path):
    stub = serve(lambda seen: dataclasses.replace(ok(seen), delay=0.02))
    for goal in (30, 75, 120):
        process = run_session(tmp_path / "run", stub, 40, 2)
        wait_for_requests(stub, goal)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
        process.stderr.close()
    last = run_session(tmp_path / "run", stub, 40, 2)
    out, err = last.communicate(timeout=30)
    assert last.returncode == 0, err
    assert out.split()[0] == b"0"
    w = make_world(tmp_path / "run", bot(stub, secret_env=None), languages=("en", "ko"), scenarios=40, turns=2)
    rows = [(r.trial_id, r.turn) for r in w.responses()]
    assert rows == [(trial.id, turn) for trial in w.trials for turn in range(2)]
    raw = w.folder.responses_path.read_bytes().splitlines()
    assert len(raw) == len(rows), "each turn is stored exactly once"
    # Only what was in flight at a kill (8 connections) can have been asked a second time.
    assert sum(asked(stub).values()) - 160 <= 3 * 8
    assert max(asked(stub).values()) <= 4


def test_ctrl_c_keeps_everything_and_releases_the_folder(serve, tmp_path):
    stub = serve(lambda seen: dataclasses.replace(ok(seen), delay=0.02))
    process = run_session(tmp_path / "run", stub, 40, 1)
    wait_for_requests(stub, 30)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode != 0
    assert b"KeyboardInterrupt" in err
    w = make_world(tmp_path / "run", bot(stub, secret_env=None), languages=("en", "ko"), scenarios=40, turns=1)
    kept = len(w.responses())
    assert kept >= 30 - 8 - 1
    assert w.collect().stored_before == kept


def test_cancellation_from_outside_stores_what_came(serve, world):
    stub = serve(lambda seen: dataclasses.replace(ok(seen), delay=60 if b"s2 " in seen.raw else 0))
    w = world(bot(stub), scenarios=3)

    async def cancelled():
        with open_run(w.path, w.run(), w.trials) as (_, log):
            task = asyncio.create_task(collect(w.trials, w.prompts, w.specs, log, QUICK, environment=w.environment))
            while len(stub.seen) < 3 or len(log.path.read_bytes().splitlines()) < 2:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancelled())
    assert len(w.responses()) == 2


def test_a_second_process_is_refused_while_the_first_collects(serve, world):
    refused = threading.Event()
    stub = serve(lambda seen: dataclasses.replace(ok(seen), hold=refused.is_set))
    w = world(bot(stub))
    first = threading.Thread(target=lambda: w.collect(dataclasses.replace(QUICK, timeout=60)))
    first.start()
    try:
        wait_for_requests(stub, 1)
        with pytest.raises(StoreError, match="another langbias is collecting into this folder"):
            dataclasses.replace(w).collect()
    finally:
        refused.set()
        first.join()
    assert len(w.responses()) == 1


def test_a_full_disk_stops_the_run_with_its_remedy_and_loses_nothing(serve, world, monkeypatch):
    stub = serve(ok)
    w = world(bot(stub), scenarios=20)
    real, room = os.write, [5]

    def write(handle, data):
        if b'"trial_id"' in bytes(data):
            room[0] -= 1
            if room[0] < 0:
                real(handle, bytes(data)[:40])
                raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(StoreError, match=r"responses\.jsonl: the disk is full; free some space") as caught:
        w.collect(dataclasses.replace(QUICK, max_connections=2))
    assert caught.value.exit_code == 4
    monkeypatch.setattr(os, "write", real)
    assert len(w.responses()) == 5
    assert w.collect().stored_before == 5


def test_no_traceback_shows_the_key(serve, world):
    stub = serve(ok)
    w: World = world(bot(stub))

    def explode(_):
        raise RuntimeError("a bug of ours")

    w.events = type("Exploding", (list,), {"append": staticmethod(explode)})()
    with pytest.raises(RuntimeError) as caught:
        w.collect()
    import traceback

    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert KEY not in shown.replace(repr(w.environment), "")
