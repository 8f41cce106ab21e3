"""The Gemini API. Source: Google AI for Developers, "generateContent" (FinishReason, BlockReason), google.rpc."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from langbias.targets.outcome import answered, malformed, read_answer, refused
from langbias.targets.payload import MalformedBodyError, dig, events, items_at, text_at, usage_at
from langbias.targets.protocol import HttpRequest, Message, Reply, RequestSettings
from langbias.types import Param

# LANGUAGE: generation was stopped because the reply's language is unsupported. It is the finding this suite looks for.
_BLOCKED = frozenset(
    {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "MODEL_ARMOR"}
)


@dataclass(frozen=True, slots=True)
class Gemini:
    """POST {base_url}/v1beta/models/{model}:generateContent. The key goes into a header, never into the address."""

    model: str
    base_url: str = "https://generativelanguage.googleapis.com"
    params: tuple[Param, ...] = ()
    stream: bool = False
    carries_history: bool = True
    carries_system: bool = True

    def request(self, messages: tuple[Message, ...], settings: RequestSettings, secret: str | None) -> HttpRequest:
        config: dict[str, object] = {}
        if settings.max_tokens is not None:
            config["maxOutputTokens"] = settings.max_tokens
        if settings.seed is not None:
            config["seed"] = settings.seed % 2**31  # the API takes an int32
        config |= {param.name: param.value for param in self.params}
        body: dict[str, object] = {
            "contents": [
                {"role": "model" if message.role == "assistant" else "user", "parts": [{"text": message.text}]}
                for message in messages
                if message.role != "system"
            ]
        }
        system = [{"text": message.text} for message in messages if message.role == "system"]
        if system:
            body["systemInstruction"] = {"parts": system}
        if config:
            body["generationConfig"] = config
        headers = [("content-type", "application/json")]
        if secret is not None:
            headers.append(("x-goog-api-key", secret))
        verb = "streamGenerateContent?alt=sse" if self.stream else "generateContent"
        url = f"{self.base_url.rstrip('/')}/v1beta/models/{self.model.removeprefix('models/')}:{verb}"
        return HttpRequest(url, tuple(headers), msgspec.json.encode(body))

    def parse(self, http_status: int, headers: Mapping[str, str], body: bytes) -> Reply:
        return read_answer(http_status, headers, body, assemble=_assemble, result=_result, refusal=_refused)


def _result(http_status: int, data: object) -> Reply:
    candidate = dig(data, "candidates", 0)
    blocked_prompt = text_at(data, "promptFeedback", "blockReason")
    if candidate is None and blocked_prompt is None:
        return malformed(http_status, "the reply has neither candidates nor promptFeedback.blockReason")
    finish = text_at(candidate, "finishReason") or blocked_prompt
    return answered(
        "".join(
            text_at(part, "text") or "" for part in items_at(candidate, "content", "parts") if not dig(part, "thought")
        ),
        finish_reason=finish,
        blocked=blocked_prompt is not None or finish in _BLOCKED,
        truncated=finish == "MAX_TOKENS",
        http_status=http_status,
        usage=usage_at(dig(data, "usageMetadata"), "promptTokenCount", "candidatesTokenCount"),
        model=text_at(data, "modelVersion"),
    )


def _refused(http_status: int, data: object, raw: str) -> Reply:
    if isinstance(data, list):  # the streaming verb wraps its errors in a list
        data = dig(data, 0)
    details = items_at(data, "error", "details")
    quota_ids = [text_at(hit, "quotaId") or "" for detail in details for hit in items_at(detail, "violations")]
    delays = [text_at(detail, "retryDelay") or "" for detail in details]
    return refused(
        http_status,
        text_at(data, "error", "status"),
        text_at(data, "error", "message") or raw,
        quota=http_status == 429 and any("PerDay" in quota_id for quota_id in quota_ids),
        wrong_key=any(dig(detail, "reason") == "API_KEY_INVALID" for detail in details),
        retry_after=max((_seconds(delay) for delay in delays if delay), default=None),
    )


def _seconds(duration: str) -> float:
    """Seconds of a google.protobuf.Duration as JSON: "34s", "1.5s"."""
    try:
        return max(0.0, float(duration.removesuffix("s")))
    except ValueError:
        return 0.0


def _assemble(body: bytes) -> object:
    """One answer out of its stream. Raises MalformedBodyError when the stream ends before a finish reason."""
    parts: list[object] = []
    finish: str | None = None
    last: dict[str, object] = {}
    for event in events(body):
        if isinstance(event, dict):
            last |= event
        parts += items_at(event, "candidates", 0, "content", "parts")
        finish = text_at(event, "candidates", 0, "finishReason") or finish
    if finish is None and text_at(last, "promptFeedback", "blockReason") is None:
        raise MalformedBodyError("the stream of the reply was cut short: it has no finishReason")
    if finish is None:
        return last
    return last | {"candidates": [{"content": {"parts": parts}, "finishReason": finish}]}
