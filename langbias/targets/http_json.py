"""Any chatbot that takes JSON over HTTP, described by data: address, headers, body template, pointer to the reply.

A template can say {{prompt}} (the user's latest turn), {{messages}} (the whole conversation), {{system}} and {{secret}}
(the one variable that `secret_env` names). It is filled in after its JSON is parsed, so a prompt can never change the
shape of the body, and there is nothing in it that reads files or other variables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
import regex

from langbias.errors import InvalidDataError
from langbias.targets.outcome import answered, malformed, refused
from langbias.targets.payload import MalformedBodyError, decode_json, dig
from langbias.targets.protocol import HttpRequest, Message, Reply, RequestSettings

_PLACEHOLDER = regex.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_KNOWN = ("prompt", "messages", "system", "secret")
_SECRET_HEADERS = regex.compile(r"(?i)authorization|cookie|token|secret|password|api-?key")
_TRUNCATED = frozenset({"length", "max_tokens", "MAX_TOKENS"})


@dataclass(frozen=True, slots=True)
class Pointer:
    """A JSON pointer (RFC 6901) as its decoded steps."""

    steps: tuple[str, ...]

    def find(self, data: object) -> object:
        """The value, or None where the path leads nowhere."""
        for step in self.steps:
            data = dig(data, int(step) if isinstance(data, list) and step.isdigit() else step)
        return data


def pointer(text: str, where: str) -> Pointer:
    """Parse a JSON pointer. Raises InvalidDataError when it does not start with "/"."""
    if text and not text.startswith("/"):
        raise InvalidDataError(f"{where}: {text!r} is no JSON pointer; write it like /choices/0/message/content")
    return Pointer(tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]))


@dataclass(frozen=True, slots=True)
class HttpJson:
    """A chatbot described by templates. Make one with `http_json`, which checks them."""

    url: str
    method: Literal["POST", "PUT"]
    headers: tuple[tuple[str, str], ...]
    body: object
    reply: Pointer
    finish_reason: Pointer | None
    blocked: Pointer | None
    model: Pointer | None
    carries_history: bool
    carries_system: bool
    system_apart: bool

    def request(self, messages: tuple[Message, ...], settings: RequestSettings, secret: str | None) -> HttpRequest:
        del settings  # the template says what is sent
        system = "\n\n".join(message.text for message in messages if message.role == "system")
        history = [
            {"role": message.role, "content": message.text}
            for message in messages
            if not (self.system_apart and message.role == "system")
        ]
        words = {"prompt": messages[-1].text, "system": system, "secret": secret or ""}

        def filled(text: str) -> object:
            if text.strip() == "{{messages}}":
                return history
            return _PLACEHOLDER.sub(lambda found: words[found.group(1)], text)

        headers = tuple((name, str(filled(value))) for name, value in self.headers)
        return HttpRequest(self.url, headers, msgspec.json.encode(_each_text(self.body, filled)), self.method)

    def parse(self, http_status: int, headers: Mapping[str, str], body: bytes) -> Reply:
        del headers
        if not 200 <= http_status < 300:
            return refused(http_status, None, body[:300].decode("utf-8", "replace"))
        try:
            data = decode_json(body)
        except MalformedBodyError as problem:
            return malformed(http_status, str(problem))
        blocked = bool(self.blocked and self.blocked.find(data))
        text = self.reply.find(data)
        if not isinstance(text, str) and not blocked:
            return malformed(http_status, f"the reply has no text at /{'/'.join(self.reply.steps)}")
        finish = self.finish_reason.find(data) if self.finish_reason else None
        model = self.model.find(data) if self.model else None
        return answered(
            text if isinstance(text, str) else "",
            finish_reason=finish if isinstance(finish, str) else None,
            blocked=blocked,
            truncated=finish in _TRUNCATED if isinstance(finish, str) else False,
            http_status=http_status,
            usage=None,
            model=model if isinstance(model, str) else None,
        )


def http_json(
    url: str,
    *,
    headers: Mapping[str, str],
    body: str,
    reply: str,
    where: str,
    has_secret: bool,
    method: Literal["POST", "PUT"] = "POST",
    finish_reason: str | None = None,
    blocked: str | None = None,
    model: str | None = None,
) -> HttpJson:
    """Check the templates and make the adapter. `where` names file and block in errors.

    Raises InvalidDataError for a body that is not JSON, an unknown placeholder, a placeholder in the address, a secret
    in clear, or a template that never sends the prompt.
    """
    try:
        template = json.loads(body)
    except ValueError as problem:
        raise InvalidDataError(f"{where}: body: not JSON ({problem}); placeholders stand inside quotes") from problem
    used: set[str] = set()

    def note(text: str, field: str) -> None:
        names = set(_PLACEHOLDER.findall(text))
        for name in sorted(names - set(_KNOWN)):
            known = ", ".join(f"{{{{{word}}}}}" for word in _KNOWN)
            raise InvalidDataError(f"{where}: {field}: {{{{{name}}}}} is not known; a template may use {known}")
        if "messages" in names and (field != "body" or text.strip() != "{{messages}}"):
            raise InvalidDataError(
                f'{where}: {field}: "{{{{messages}}}}" stands alone as a value of the body (it is a list)'
            )
        used.update(names)

    _each_text(template, lambda text: note(text, "body"))
    for name, value in headers.items():
        note(value, f"headers.{name}")
        if _SECRET_HEADERS.search(name) and "{{secret}}" not in value.replace(" ", ""):
            raise InvalidDataError(
                f"{where}: headers.{name}: holds a secret in clear; "
                "write {{secret}} and put the variable's name into secret_env"
            )
    if _PLACEHOLDER.search(url):
        raise InvalidDataError(f"{where}: url: no placeholder can stand in an address; use a header or the body")
    if not used & {"prompt", "messages"}:
        raise InvalidDataError(f"{where}: body: never sends the prompt; put {{{{prompt}}}} or {{{{messages}}}} into it")
    if "secret" in used and not has_secret:
        raise InvalidDataError(f"{where}: {{{{secret}}}} is used, but secret_env names no variable")
    fields = {name.lower(): value for name, value in headers.items()}
    return HttpJson(
        url=url,
        method=method,
        headers=tuple(({"content-type": "application/json"} | fields).items()),
        body=template,
        reply=pointer(reply, f"{where}: reply"),
        finish_reason=pointer(finish_reason, f"{where}: finish_reason") if finish_reason is not None else None,
        blocked=pointer(blocked, f"{where}: blocked") if blocked is not None else None,
        model=pointer(model, f"{where}: model") if model is not None else None,
        carries_history="messages" in used,
        carries_system=bool(used & {"messages", "system"}),
        system_apart="system" in used,
    )


def _each_text(node: object, change: Callable[[str], object]) -> object:
    match node:
        case str():
            return change(node)
        case list():
            return [_each_text(item, change) for item in node]
        case dict():
            return {key: _each_text(value, change) for key, value in node.items()}
        case _:
            return node
