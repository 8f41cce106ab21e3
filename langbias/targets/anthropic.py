"""The Messages API of Anthropic. Source: Anthropic API reference, "Messages", "Errors", "Handling stop reasons"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from langbias.targets.outcome import answered, malformed, read_answer, refused
from langbias.targets.payload import MalformedBodyError, dig, events, items_at, text_at, usage_at
from langbias.targets.protocol import HttpRequest, Message, Reply, RequestSettings
from langbias.types import Param

_VERSION = "2023-06-01"
_MAX_TOKENS = 1024  # the API demands a number
_TRUNCATED = frozenset({"max_tokens", "model_context_window_exceeded"})


@dataclass(frozen=True, slots=True)
class Anthropic:
    """POST {base_url}/v1/messages."""

    model: str
    base_url: str = "https://api.anthropic.com"
    params: tuple[Param, ...] = ()
    stream: bool = False
    carries_history: bool = True
    carries_system: bool = True

    def request(self, messages: tuple[Message, ...], settings: RequestSettings, secret: str | None) -> HttpRequest:
        system = "\n\n".join(message.text for message in messages if message.role == "system")
        body: dict[str, object] = {
            "model": self.model,
            "max_tokens": settings.max_tokens or _MAX_TOKENS,
            "messages": [
                {"role": message.role, "content": message.text} for message in messages if message.role != "system"
            ],
        }
        if system:
            body["system"] = system
        if self.stream:
            body["stream"] = True
        body |= {param.name: param.value for param in self.params}
        headers = [("content-type", "application/json"), ("anthropic-version", _VERSION)]
        if secret is not None:
            headers.append(("x-api-key", secret))
        base = self.base_url.rstrip("/").removesuffix("/v1")
        return HttpRequest(f"{base}/v1/messages", tuple(headers), msgspec.json.encode(body))

    def parse(self, http_status: int, headers: Mapping[str, str], body: bytes) -> Reply:
        return read_answer(http_status, headers, body, assemble=_assemble, result=_result, refusal=_refused)


def _result(http_status: int, data: object) -> Reply:
    if dig(data, "type") == "error":
        return _refused(529 if dig(data, "error", "type") == "overloaded_error" else 502, data)
    if not isinstance(dig(data, "content"), list):
        return malformed(http_status, "the reply has no content blocks")
    stop = text_at(data, "stop_reason")
    return answered(
        "".join(text_at(block, "text") or "" for block in items_at(data, "content") if dig(block, "type") == "text"),
        finish_reason=stop,
        blocked=stop == "refusal",
        truncated=stop in _TRUNCATED,
        http_status=http_status,
        usage=usage_at(dig(data, "usage"), "input_tokens", "output_tokens"),
        model=text_at(data, "model"),
    )


def _refused(http_status: int, data: object, raw: str = "") -> Reply:
    code = text_at(data, "error", "type")
    message = text_at(data, "error", "message") or raw
    # An empty account is a 400 invalid_request_error whose message alone says so.
    quota = code == "billing_error" or "credit balance" in message.lower()
    return refused(http_status, code, message, quota=quota)


def _assemble(body: bytes) -> object:
    """One message out of its stream. Raises MalformedBodyError when the stream ends before a stop reason."""
    texts: list[str] = []
    stop: str | None = None
    model: object = None
    usage: dict[str, object] = {}
    for event in events(body):
        match dig(event, "type"):
            case "error":
                return event
            case "message_start":
                model = dig(event, "message", "model")
                usage["input_tokens"] = dig(event, "message", "usage", "input_tokens")
            case "content_block_delta" if dig(event, "delta", "type") == "text_delta":
                texts.append(text_at(event, "delta", "text") or "")
            case "message_delta":
                stop = text_at(event, "delta", "stop_reason") or stop
                usage["output_tokens"] = dig(event, "usage", "output_tokens")
    if stop is None:
        raise MalformedBodyError("the stream of the reply was cut short: it has no stop_reason")
    content = [{"type": "text", "text": "".join(texts)}]
    return {"model": model, "usage": usage, "stop_reason": stop, "content": content}
