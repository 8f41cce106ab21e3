"""Reading answers of servers: hostile bytes in, plain values or a stated cause out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import msgspec
import regex

from langbias.types import Usage

_CONTROLS = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}\s]+")
_EXCERPT = 300


class MalformedBodyError(Exception):
    """The body is not what the API promises; the message states the cause."""


def decode_json(body: bytes) -> object:
    """The JSON value of `body`. Lone surrogates become U+FFFD. Raises MalformedBodyError with the cause."""
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError as problem:
        raise MalformedBodyError(f"the reply is not UTF-8 (byte {problem.start})") from problem
    except (msgspec.DecodeError, RecursionError):
        return _decode_leniently(body)


def _decode_leniently(body: bytes) -> object:
    """JSON as real servers write it: raw control characters, NaN, halves of surrogate pairs."""
    try:
        text = body.decode("utf-8-sig")
        return _without_surrogates(json.loads(text, strict=False))
    except UnicodeDecodeError as problem:
        raise MalformedBodyError(f"the reply is not UTF-8 (byte {problem.start})") from problem
    except json.JSONDecodeError as problem:
        raise MalformedBodyError(f"the reply is not JSON ({problem.msg} at character {problem.pos})") from problem
    except (ValueError, RecursionError) as problem:
        raise MalformedBodyError("the reply is not JSON that can be read (nested too deep)") from problem


def _without_surrogates(node: object) -> object:
    match node:
        case str():
            return node.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_without_surrogates(item) for item in node]
        case dict():
            return {str(_without_surrogates(key)): _without_surrogates(value) for key, value in node.items()}
        case _:
            return node


def dig(node: object, *path: str | int) -> object:
    """The value at `path` inside decoded JSON, or None where any step is missing or of another type."""
    for step in path:
        if isinstance(step, str):
            node = node.get(step) if isinstance(node, dict) else None
        else:
            node = node[step] if isinstance(node, list) and -len(node) <= step < len(node) else None
    return node


def text_at(node: object, *path: str | int) -> str | None:
    """Like `dig`, but only a string."""
    found = dig(node, *path)
    return found if isinstance(found, str) else None


def items_at(node: object, *path: str | int) -> list[object]:
    """Like `dig`, but only a list, else an empty one."""
    found = dig(node, *path)
    return found if isinstance(found, list) else []


def usage_at(node: object, prompt: str, completion: str) -> Usage | None:
    """Token counts under two names, or None where neither is a count."""
    counts = [value if isinstance(value, int) else None for value in (dig(node, prompt), dig(node, completion))]
    return None if counts == [None, None] else Usage(*counts)


def one_line(text: str) -> str:
    """At most 300 characters of `text` on one line, with no control characters: fit for an error message."""
    line: str = _CONTROLS.sub(" ", text[: 4 * _EXCERPT]).strip()
    return line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…"


def is_event_stream(headers: Mapping[str, str]) -> bool:
    """Whether the body is a stream of server-sent events."""
    return headers.get("content-type", "").lower().startswith("text/event-stream")


def events(body: bytes) -> Iterator[object]:
    """The JSON values of a stream of server-sent events, up to its `[DONE]`. Raises MalformedBodyError."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise MalformedBodyError(f"the reply is not UTF-8 (byte {problem.start})") from problem
    for block in text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        data = "\n".join(line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:"))
        if data == "[DONE]":
            return
        if data:
            yield decode_json(data.encode())
