"""Reading results of promptfoo (`promptfoo eval -o results.json`). Format: its OutputFile, results version 3."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from langbias.targets.payload import MalformedBodyError, decode_json, dig, items_at, text_at

_STATUSES = {"content_filter": "blocked", "length": "truncated", "max_tokens": "truncated"}

Say = Callable[[str, str], None]
Records = Iterator[tuple[str, dict[str, object]]]


def promptfoo_records(data: object, say: Say) -> Records:
    """The records of a decoded result file, one a row. The language is the variable `language` (or lang, locale)."""
    seen: Counter[tuple[str, str, str]] = Counter()
    names: dict[str, str] = {}
    for number, row in enumerate(items_at(data, "results", "results")):
        where = f"result {number}"
        words = dig(row, "vars")
        language = text_at(words, "language") or text_at(words, "lang") or text_at(words, "locale")
        if language is None:
            say(where, "has no variable `language`; give every test one, with a BCP 47 tag")
            continue
        raw = text_at(row, "prompt", "raw") or ""
        target = text_at(row, "provider", "label") or text_at(row, "provider", "id") or ""
        output = dig(row, "response", "output")
        finish = text_at(row, "response", "finishReason")
        text = output if isinstance(output, str) else "" if output is None else msgspec.json.encode(output).decode()
        error = text_at(row, "response", "error") or (text_at(row, "error") if output is None else None)
        # Every repeat is a test of its own there; the same prompt to the same target is what makes it a repeat.
        key = (target, language, raw)
        named = text_at(words, "scenario") or text_at(row, "testCase", "description")
        scenario = named or names.setdefault(f"{language} {raw}", f"test-{dig(row, 'testIdx')}")
        turn = dig(words, "turn")
        record: dict[str, object] = {
            "id": text_at(row, "id") or str(number),
            "language": language,
            "target": target,
            "scenario": scenario,
            "repeat": seen[key],
            "turn": turn if isinstance(turn, int) else 0,
            "prompt": _messages(raw),
            "response": text,
            "status": _status(row, text, finish, error),
            "finish_reason": finish,
        }
        if isinstance(variant := text_at(words, "variant"), str):
            record["variant"] = variant
        if error:
            record["error"] = error
        seen[key] += 1
        yield where, record


def _status(row: object, text: str, finish: str | None, error: str | None) -> str:
    if finish == "content_filter" or dig(row, "response", "isRefusal") or dig(row, "response", "guardrails", "flagged"):
        return "blocked"
    if error:
        return "failed"
    return _STATUSES.get(finish or "", "ok") if text.strip() else "empty"


def _messages(raw: str) -> list[object] | str:
    """A prompt of promptfoo is a text, which may itself be JSON chat messages."""
    if raw.lstrip().startswith("["):
        try:
            messages = decode_json(raw.encode())
        except MalformedBodyError:
            return raw
        if isinstance(messages, list) and messages and all(text_at(message, "role") for message in messages):
            return messages
    return raw
