"""How each API says the same things: the answers a stub gives in its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chatbot_stub import Answer, Seen

from langbias.targets.anthropic import Anthropic
from langbias.targets.chat_completions import ChatCompletions
from langbias.targets.gemini import Gemini
from langbias.targets.http_json import http_json
from langbias.targets.protocol import Adapter


@dataclass(frozen=True)
class WireFormat:
    """One API. `roles` reads the conversation (role, text) out of a request, `key` the key."""

    adapter: Callable[[str], Adapter]
    ok: Callable[[str], Answer]
    truncated: Answer
    filtered: tuple[Answer, ...]
    empty: tuple[Answer, ...]
    wrong_key: Answer
    quota: Answer
    malformed: tuple[Answer, ...]
    roles: Callable[[Seen], list[tuple[str, str]]]
    key: Callable[[Mapping[str, str]], str | None]


def sse(*events: Any, done: bool = True) -> Answer:
    """A stream of server-sent events."""
    blocks = [f"data: {json.dumps(event)}\n\n" for event in events] + (["data: [DONE]\n\n"] if done else [])
    return Answer("".join(blocks).encode(), headers={"content-type": "text/event-stream; charset=utf-8"})


def error(status: int, code: str, message: str, **more: Any) -> Answer:
    return Answer({"error": {"code": code, "type": code, "message": message, **more}}, status)


def _chat(text: str | None, finish: str = "stop", **message: Any) -> Answer:
    return Answer(
        {
            "model": "model-2026-01-01",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
            ],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7},
        }
    )


CHAT = WireFormat(
    adapter=lambda url: ChatCompletions(f"{url}/v1", "model"),
    ok=_chat,
    truncated=_chat("I hear", "length"),
    filtered=(
        _chat("", "content_filter"),
        _chat(None, "stop", refusal="I cannot help with that."),
        error(400, "content_filter", "The response was filtered", innererror={"code": "ResponsibleAIPolicyViolation"}),
        Answer({"error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["self-harm"]}}}, 403),
    ),
    empty=(_chat(""), _chat(None), _chat(" \n"), _chat("", "length")),
    wrong_key=error(401, "invalid_api_key", "Incorrect API key provided"),
    quota=error(429, "insufficient_quota", "You exceeded your current quota"),
    malformed=(Answer({"choices": []}), Answer({}), Answer([]), Answer({"choices": [{"message": "text"}]})),
    roles=lambda seen: [(message["role"], message["content"]) for message in seen.json["messages"]],
    key=lambda headers: headers.get("authorization", "").removeprefix("Bearer ") or None,
)


def _anthropic(text: str | None, stop: str = "end_turn") -> Answer:
    return Answer(
        {
            "type": "message",
            "model": "model-2026-01-01",
            "content": [] if text is None else [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": text}],
            "stop_reason": stop,
            "usage": {"input_tokens": 11, "output_tokens": 7},
        }
    )


def _anthropic_error(status: int, kind: str, message: str) -> Answer:
    return Answer({"type": "error", "error": {"type": kind, "message": message}}, status)


ANTHROPIC = WireFormat(
    adapter=lambda url: Anthropic("model", url),
    ok=_anthropic,
    truncated=_anthropic("I hear", "max_tokens"),
    filtered=(_anthropic(None, "refusal"), _anthropic("I can", "refusal")),
    empty=(_anthropic(None), _anthropic("")),
    wrong_key=_anthropic_error(401, "authentication_error", "invalid x-api-key"),
    quota=_anthropic_error(400, "invalid_request_error", "Your credit balance is too low to access the API."),
    malformed=(Answer({"type": "message"}), Answer([]), Answer({"content": "text"})),
    roles=lambda seen: (
        ([("system", seen.json["system"])] if "system" in seen.json else [])
        + [(message["role"], message["content"]) for message in seen.json["messages"]]
    ),
    key=lambda headers: headers.get("x-api-key"),
)


def _gemini(text: str | None, finish: str = "STOP") -> Answer:
    parts = [] if text is None else [{"text": "hm", "thought": True}, {"text": text}]
    return Answer(
        {
            "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish}],
            "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 7},
            "modelVersion": "model-2026-01-01",
        }
    )


def _gemini_error(status: int, word: str, message: str, *details: dict[str, Any]) -> Answer:
    return Answer({"error": {"code": status, "status": word, "message": message, "details": list(details)}}, status)


def _gemini_roles(seen: Seen) -> list[tuple[str, str]]:
    names = {"user": "user", "model": "assistant"}
    system = seen.json.get("systemInstruction", {"parts": []})["parts"]
    turns = [(names[content["role"]], content["parts"][0]["text"]) for content in seen.json["contents"]]
    return [("system", part["text"]) for part in system] + turns


GEMINI = WireFormat(
    adapter=lambda url: Gemini("model", url),
    ok=_gemini,
    truncated=_gemini("I hear", "MAX_TOKENS"),
    filtered=(
        _gemini(None, "SAFETY"),
        _gemini("I", "LANGUAGE"),
        _gemini(None, "PROHIBITED_CONTENT"),
        Answer({"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": "model-2026-01-01"}),
    ),
    empty=(_gemini(None), _gemini(""), _gemini(None, "OTHER")),
    wrong_key=_gemini_error(400, "INVALID_ARGUMENT", "API key not valid", {"reason": "API_KEY_INVALID"}),
    quota=_gemini_error(
        429, "RESOURCE_EXHAUSTED", "quota", {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}
    ),
    malformed=(Answer({}), Answer([]), Answer({"candidates": []})),
    roles=_gemini_roles,
    key=lambda headers: headers.get("x-goog-api-key"),
)


def _own_bot(url: str) -> Adapter:
    return http_json(
        f"{url}/chat",
        headers={"X-Api-Key": "{{secret}}"},
        body='{"history": "{{messages}}", "latest": "{{prompt}}", "lang": null}',
        reply="/answer/0/text",
        finish_reason="/answer/0/why",
        blocked="/moderated",
        model="/version",
        where="langbias.toml: target[bot]",
        has_secret=True,
    )


def _own(text: str | None, why: str = "stop", moderated: bool = False) -> Answer:
    return Answer({"answer": [{"text": text, "why": why}], "moderated": moderated, "version": "model-2026-01-01"})


OWN = WireFormat(
    adapter=_own_bot,
    ok=_own,
    truncated=_own("I hear", "length"),
    filtered=(_own("", moderated=True), _own(None, moderated=True)),
    empty=(_own(""), _own("\n")),
    wrong_key=Answer({"detail": "who are you?"}, 401),
    quota=Answer({"detail": "pay first"}, 402),
    malformed=(Answer({}), _own(None), Answer({"answer": {"text": "x"}})),
    roles=lambda seen: [(message["role"], message["content"]) for message in seen.json["history"]],
    key=lambda headers: headers.get("x-api-key"),
)

WIRE_FORMATS = {"chat_completions": CHAT, "anthropic": ANTHROPIC, "gemini": GEMINI, "http_json": OWN}
