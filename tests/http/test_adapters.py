"""Every adapter over real HTTP: what is sent, and what each kind of answer comes to."""

from __future__ import annotations

import dataclasses
import json

import pytest
from chatbot_stub import Answer, Seen
from small_world import KEY, QUICK, spec
from wire_formats import ANTHROPIC, CHAT, GEMINI, WIRE_FORMATS, WireFormat, error, sse

from langbias.collect import TargetStopped, Waiting
from langbias.targets.chat_completions import ChatCompletions, endpoint
from langbias.targets.http_json import http_json
from langbias.types import Param, Status, Usage

ONCE = dataclasses.replace(QUICK, max_attempts=1)


@pytest.fixture(params=WIRE_FORMATS.values(), ids=WIRE_FORMATS.keys())
def api(request) -> WireFormat:
    return request.param


def test_ok_with_the_key_where_the_api_wants_it(api, serve, world):
    stub = serve(api.ok("저는 듣고 있어요."))
    w = world(spec(api.adapter(stub.url)), languages=["ko"])
    assert w.collect().complete
    (response,) = w.responses()
    assert (response.status, response.text, response.http_status) == (Status.OK, "저는 듣고 있어요.", 200)
    assert response.model_reported == "model-2026-01-01"
    if api is not WIRE_FORMATS["http_json"]:
        assert response.usage == Usage(11, 7)
    assert response.latency_ms > 0
    assert response.received_at.endswith("Z")
    assert api.key(stub.seen[0].headers) == KEY
    assert KEY.encode() not in w.stored_bytes()


def test_multi_turn_sends_the_history_as_the_api_wants_it(api, serve, world):
    stub = serve(lambda seen: api.ok(f"reply {seen.number}"))
    w = world(spec(api.adapter(stub.url)), turns=3)
    w.collect(dataclasses.replace(QUICK, system_prompt="Be brief."))
    assert [r.text for r in w.responses()] == ["reply 0", "reply 1", "reply 2"]
    assert [r.turn for r in w.responses()] == [0, 1, 2]
    assert api.roles(stub.seen[2]) == [
        ("system", "Be brief."),
        ("user", "turn 0 of s0 in en"),
        ("assistant", "reply 0"),
        ("user", "turn 1 of s0 in en"),
        ("assistant", "reply 1"),
        ("user", "turn 2 of s0 in en"),
    ]


def test_truncated_is_kept_and_the_conversation_goes_on(api, serve, world):
    stub = serve(api.truncated)
    w = world(spec(api.adapter(stub.url)), turns=2)
    w.collect()
    assert [(r.status, r.text) for r in w.responses()] == [(Status.TRUNCATED, "I hear")] * 2


def test_the_content_filter_is_a_result_and_ends_the_conversation(api, serve, world):
    for answer in api.filtered:
        stub = serve(answer)
        w = world(spec(api.adapter(stub.url)), turns=2)
        w.path = w.path / str(stub.port)
        assert w.collect().complete
        (response,) = w.responses()
        assert response.status is Status.BLOCKED, answer
        assert len(stub.seen) == 1, "a block is never asked again"


def test_an_empty_reply_is_a_result(api, serve, world):
    for answer in api.empty:
        stub = serve(answer)
        w = world(spec(api.adapter(stub.url)))
        w.path = w.path / str(stub.port)
        w.collect()
        assert [r.status for r in w.responses()] == [Status.EMPTY]
        assert len(stub.seen) == 1


def test_a_wrong_key_stops_the_target_and_stores_nothing(api, serve, world):
    stub = serve(api.wrong_key)
    w = world(spec(api.adapter(stub.url)), scenarios=40)
    report = w.collect(dataclasses.replace(QUICK, max_connections=4))
    assert report.remaining == 40
    assert len(report.stopped) == 1
    assert "check the key" in report.stopped[0].reason
    assert any(isinstance(event, TargetStopped) for event in w.events)
    assert w.responses() == []
    assert len(stub.seen) < 10


def test_an_empty_account_stops_the_target(api, serve, world):
    stub = serve(api.quota)
    w = world(spec(api.adapter(stub.url)), scenarios=40)
    report = w.collect(dataclasses.replace(QUICK, max_connections=4))
    assert "credit" in report.stopped[0].reason
    assert len(stub.seen) < 10


def test_a_429_is_asked_again_after_the_time_it_names(api, serve, world):
    busy = Answer({"error": {"message": "slow down"}}, 429, {"retry-after": "0.3"})
    stub = serve(lambda seen: busy if seen.number == 0 else api.ok("yes"))
    w = world(spec(api.adapter(stub.url)))
    assert w.collect().complete
    (response,) = w.responses()
    assert (response.status, response.attempts) == (Status.OK, 2)
    assert [event.seconds for event in w.events if isinstance(event, Waiting)] == [0.3]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524, 529])
def test_a_server_error_is_asked_again(api, serve, world, status):
    stub = serve(lambda seen: Answer(b"<html>oops</html>", status) if seen.number < 2 else api.ok("yes"))
    w = world(spec(api.adapter(stub.url)))
    w.collect()
    (response,) = w.responses()
    assert (response.status, response.attempts, response.text) == (Status.OK, 3, "yes")


def test_malformed_replies_fail_with_their_cause(api, serve, world):
    bodies = [
        (Answer(b""), "not JSON"),
        (Answer(b"<html>login</html>"), "not JSON"),
        (Answer(b'{"a": '), "not JSON"),
        (Answer(b"[" * 100_000), "nested too deep"),
        (Answer(b'{"text": "\xff\xfe"}'), "not UTF-8"),
        *((answer, "the reply has n") for answer in api.malformed),
    ]
    for answer, cause in bodies:
        stub = serve(answer)
        w = world(spec(api.adapter(stub.url)))
        w.path = w.path / str(stub.port)
        assert w.collect(ONCE).complete
        (response,) = w.responses()
        assert response.status is Status.FAILED
        assert cause in response.error, (answer, response.error)


def test_hostile_text_is_kept_as_it_came(api, serve, world):
    hostile = '<script>alert(1)</script>\x00\x1b[31m\u202e\u2028"\\ 😀 \u0000 \ufffd ẹ̀'
    stub = serve(api.ok(hostile))
    w = world(spec(api.adapter(stub.url)))
    w.collect()
    assert w.responses()[0].text == hostile
    assert len(w.folder.responses_path.read_bytes().splitlines()) == 1


def test_a_reply_of_5_mb_is_kept_and_one_of_20_mb_is_not(api, serve, world):
    stub = serve(lambda seen: api.ok("x" * (5_000_000 if b"s0" in seen.raw else 20_000_000)))
    w = world(spec(api.adapter(stub.url)), scenarios=2)
    w.collect()
    kept, refused = w.responses()
    assert (kept.status, len(kept.text)) == (Status.OK, 5_000_000)
    assert refused.status is Status.FAILED
    assert "reply larger than" in refused.error


def test_a_key_that_the_server_echoes_is_not_stored(api, serve, world):
    leaks = [
        error(400, "bad", f"key {KEY} may not do this"),
        api.ok(f"your key is {KEY}"),
        Answer(KEY.encode(), 500),
        Answer(f'{{"error": "{KEY}"}}'.encode(), 401),
        error(400, "bad", "x" * 280 + KEY),
    ]
    for answer in leaks:
        stub = serve(answer)
        w = world(spec(api.adapter(stub.url)))
        w.path = w.path / str(stub.port)
        report = w.collect(ONCE)
        shown = w.stored_bytes().decode() + repr(report) + repr(w.events)
        assert KEY[:8] not in shown, "not even a half of it"


def test_chat_completions_body(serve, world):
    stub = serve(CHAT.ok("yes"))
    adapter = ChatCompletions(
        f"{stub.url}/v1/", "m", (Param("temperature", 0.5),), max_tokens_name="max_completion_tokens"
    )
    world(spec(adapter)).collect(dataclasses.replace(QUICK, max_tokens=64))
    assert stub.seen[0].path == "/v1/chat/completions"
    assert stub.seen[0].json == {
        "model": "m",
        "messages": [{"role": "user", "content": "turn 0 of s0 in en"}],
        "max_completion_tokens": 64,
        "seed": 7,
        "temperature": 0.5,
    }


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("http://h:8000", "http://h:8000/v1/chat/completions"),
        ("http://h/v1/", "http://h/v1/chat/completions"),
        ("https://h/api/v3", "https://h/api/v3/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
        (
            "https://a/openai/deployments/d?api-version=1",
            "https://a/openai/deployments/d/chat/completions?api-version=1",
        ),
    ],
)
def test_endpoint(base, expected):
    assert endpoint(base) == expected


def test_azure_takes_the_bare_key_in_its_own_header(serve, world):
    stub = serve(CHAT.ok("yes"))
    world(spec(ChatCompletions(stub.url, "m", secret_header="api-key"))).collect()
    assert stub.seen[0].headers["api-key"] == KEY
    assert "authorization" not in stub.seen[0].headers


def test_mistral_content_parts_and_200_with_an_error_inside(serve, world):
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "so"}]
    stub = serve(
        lambda seen: (
            Answer({"error": {"code": 502, "message": "upstream"}})
            if seen.number == 0
            else Answer({"choices": [{"message": {"content": parts}, "finish_reason": "stop"}]})
        )
    )
    w = world(spec(CHAT.adapter(stub.url)))
    w.collect()
    assert [(r.text, r.attempts) for r in w.responses()] == [("so", 2)]


CHAT_STREAM = (
    {"model": "m1", "choices": [{"delta": {"role": "assistant", "content": ""}}]},
    {"choices": [{"delta": {"content": "살"}}]},
    {"choices": [{"delta": {"content": "아요"}, "finish_reason": None}]},
    {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
)
ANTHROPIC_STREAM = (
    {"type": "message_start", "message": {"model": "m1", "usage": {"input_tokens": 3}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "살"}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "아요"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    {"type": "message_stop"},
)
GEMINI_STREAM = (
    {"candidates": [{"content": {"parts": [{"text": "살"}]}}], "modelVersion": "m1"},
    {
        "candidates": [{"content": {"parts": [{"text": "아요"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
    },
)


@pytest.mark.parametrize(
    ("wire", "stream", "cut"),
    [(CHAT, CHAT_STREAM, 3), (ANTHROPIC, ANTHROPIC_STREAM, 4), (GEMINI, GEMINI_STREAM, 1)],
    ids=["chat_completions", "anthropic", "gemini"],
)
def test_streams_say_the_same_and_a_cut_stream_fails(wire, stream, cut, serve, world):
    def respond(seen: Seen) -> Answer:
        return sse(*stream[:cut], done=False) if seen.number == 0 else sse(*stream)

    stub = serve(respond)
    w = world(spec(dataclasses.replace(wire.adapter(stub.url), stream=True)))
    w.collect()
    (response,) = w.responses()
    assert (response.status, response.text, response.attempts) == (Status.OK, "살아요", 2)
    assert response.usage == Usage(3, 2)
    assert response.model_reported == "m1"
    assert wire is GEMINI or stub.seen[0].json["stream"] is True


def test_a_stream_that_ends_in_an_error_is_asked_again(serve, world):
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    stub = serve(lambda seen: sse(ANTHROPIC_STREAM[0], overloaded) if seen.number == 0 else sse(*ANTHROPIC_STREAM))
    w = world(spec(dataclasses.replace(ANTHROPIC.adapter(stub.url), stream=True)))
    w.collect()
    assert [(r.text, r.attempts) for r in w.responses()] == [("살아요", 2)]


def test_a_lone_surrogate_becomes_the_replacement_character(serve, world):
    body = b'{"choices": [{"message": {"content": "a\\ud83d \\ud83d\\ude00 b"}, "finish_reason": "stop"}]}'
    stub = serve(Answer(body))
    w = world(spec(CHAT.adapter(stub.url)))
    w.collect()
    assert w.responses()[0].text == "a\ufffd \U0001f600 b"


def test_http_json_cannot_carry_a_second_turn_without_messages(serve, world):
    stub = serve(Answer({"a": "yes"}))
    adapter = http_json(stub.url, headers={}, body='{"q": "{{prompt}}"}', reply="/a", where="f", has_secret=False)
    w = world(spec(adapter, secret_env=None), turns=2)
    w.collect()
    first, second = w.responses()
    assert (first.status, second.status, second.attempts) == (Status.OK, Status.FAILED, 0)
    assert "{{messages}}" in second.error
    assert len(stub.seen) == 1


def test_http_json_prompt_cannot_change_the_body(serve, world):
    stub = serve(Answer({"a": "yes"}))
    adapter = http_json(
        stub.url,
        headers={"X-Lang": "en"},
        body=json.dumps({"q": "say: {{ prompt }}!", "n": [1, None, {"s": "{{system}}"}]}),
        reply="/a",
        where="f",
        has_secret=False,
    )
    w = world(spec(adapter, secret_env=None))
    nasty = '"}, {{secret}} {{system}} \\ \n'
    w.prompts = (dataclasses.replace(w.prompts[0], turns=(nasty,)),)
    w.collect(dataclasses.replace(QUICK, system_prompt="{{prompt}}"))
    assert stub.seen[0].json == {"q": f"say: {nasty}!", "n": [1, None, {"s": "{{prompt}}"}]}
    assert stub.seen[0].headers["x-lang"] == "en"
