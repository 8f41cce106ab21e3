"""OpenAI-compatible chat completions: OpenAI, Azure, vLLM, llama.cpp, Ollama, OpenRouter, Mistral, DeepSeek ...

Source of the format: the OpenAI API reference, "Chat Completions"; where servers differ, the comment says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import msgspec

from langbias.targets.outcome import answered, blocked_by_http, malformed, read_answer, refused
from langbias.targets.payload import MalformedBodyError, dig, events, items_at, text_at, usage_at
from langbias.targets.protocol import HttpRequest, Message, Reply, RequestSettings
from langbias.types import Param

# "sensitive": Zhipu. "refusal": OpenRouter passing Anthropic through.
_BLOCKED = frozenset({"content_filter", "sensitive", "refusal"})
# "model_length": Mistral.
_TRUNCATED = frozenset({"length", "max_tokens", "model_length"})
# Azure and OpenAI; DashScope; Zhipu (1301); Moonshot.
_BLOCK_CODES = frozenset(
    {"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "data_inspection_failed"}
    | {"DataInspectionFailed", "1301", "moderation_blocked"}
)
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "exceeded_current_quota_error"})
# DeepSeek when it runs out of machines; OpenRouter and Mistral on an upstream error.
_BROKEN_OFF = frozenset({"insufficient_system_resource", "error"})


@dataclass(frozen=True, slots=True)
class ChatCompletions:
    """Any server that speaks POST {base_url}/chat/completions.

    `secret_header` names the header of the key ("authorization" sends a bearer token, others the bare key, as Azure's
    "api-key"). `max_tokens_name` differs between OpenAI itself (max_completion_tokens) and most others (max_tokens).
    """

    base_url: str
    model: str
    params: tuple[Param, ...] = ()
    secret_header: str = "authorization"
    max_tokens_name: str = "max_tokens"
    send_seed: bool = True
    stream: bool = False
    default_max_tokens: int | None = None
    carries_history: bool = True
    carries_system: bool = True

    def request(self, messages: tuple[Message, ...], settings: RequestSettings, secret: str | None) -> HttpRequest:
        body: dict[str, object] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.text} for message in messages],
        }
        longest = settings.max_tokens or self.default_max_tokens
        if longest is not None:
            body[self.max_tokens_name] = longest
        if settings.seed is not None and self.send_seed:
            body["seed"] = settings.seed
        if self.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        body |= {param.name: param.value for param in self.params}
        headers = [("content-type", "application/json")]
        if secret is not None:
            headers.append(
                (self.secret_header, f"Bearer {secret}" if self.secret_header == "authorization" else secret)
            )
        return HttpRequest(endpoint(self.base_url), tuple(headers), msgspec.json.encode(body))

    def parse(self, http_status: int, headers: Mapping[str, str], body: bytes) -> Reply:
        return read_answer(http_status, headers, body, assemble=_assemble, result=_result, refusal=_refused)


def endpoint(base_url: str) -> str:
    """The address of chat completions under `base_url`; a query (Azure's api-version) is kept."""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/chat/completions", parts.query, ""))


def _result(http_status: int, data: object) -> Reply:
    if dig(data, "error") and not items_at(data, "choices"):  # OpenRouter: 200 with an error inside
        code = dig(data, "error", "code")
        return _refused(code if isinstance(code, int) and code >= 400 else 502, data)
    choice = dig(data, "choices", 0)
    message = dig(choice, "message")
    if not isinstance(message, dict):
        return malformed(http_status, "the reply has no choices[0].message")
    finish = text_at(choice, "finish_reason")
    if finish in _BROKEN_OFF:
        return refused(502, finish, "the server broke the reply off")
    refusal = text_at(message, "refusal")
    return answered(
        _content(message) or refusal or "",
        finish_reason=finish,
        blocked=finish in _BLOCKED or bool(refusal),
        truncated=finish in _TRUNCATED,
        http_status=http_status,
        usage=usage_at(dig(data, "usage"), "prompt_tokens", "completion_tokens"),
        model=text_at(data, "model"),
    )


def _content(message: dict[str, object]) -> str:
    """The visible text; Mistral's reasoning models answer in parts, of which "thinking" is not shown to a person."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(text_at(part, "text") or "" for part in items_at(message, "content") if dig(part, "type") == "text")


def _refused(http_status: int, data: object, raw: str = "") -> Reply:
    error = dig(data, "error")
    raw_code = dig(error, "code") or dig(error, "type") or dig(data, "code")
    code = str(raw_code) if isinstance(raw_code, str | int) else None
    message = (
        text_at(error, "message") or text_at(data, "message") or (error if isinstance(error, str) else None) or raw
    )
    inner = text_at(error, "innererror", "code")
    # OpenRouter answers 403 with the reasons when its moderation stops a prompt.
    if {code, inner} & _BLOCK_CODES or items_at(error, "metadata", "reasons"):
        return blocked_by_http(http_status, "content_filter", message)
    return refused(http_status, code, message, quota=code in _QUOTA_CODES or dig(error, "type") in _QUOTA_CODES)


def _assemble(body: bytes) -> object:
    """One chat completion out of its stream. Raises MalformedBodyError when the stream ends before a finish reason."""
    texts: list[str] = []
    refusals: list[str] = []
    finish: str | None = None
    usage: object = None
    model: object = None
    for event in events(body):
        if dig(event, "error"):
            return event
        model = dig(event, "model") or model
        usage = dig(event, "usage") or usage
        choice = dig(event, "choices", 0)
        texts.append(text_at(choice, "delta", "content") or "")
        refusals.append(text_at(choice, "delta", "refusal") or "")
        finish = text_at(choice, "finish_reason") or finish
    if finish is None:
        raise MalformedBodyError("the stream of the reply was cut short: it has no finish_reason")
    message = {"content": "".join(texts), "refusal": "".join(refusals)}
    return {"model": model, "usage": usage, "choices": [{"message": message, "finish_reason": finish}]}
