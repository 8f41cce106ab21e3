"""Recorded replies as a target: for chatbots without an API, and for runs of other tools.

One record a reply: JSONL, CSV (with a header line), Parquet, an Inspect log or a promptfoo result.
It is found by `prompt_id`, or by `scenario` + `language`
(+ `variant`, default "base"), and by `turn` and `repeat` (both counted from 0, default 0). `response` holds the reply;
`status` (ok, empty, truncated, blocked, failed), `finish_reason` and `model` are optional. In a CSV sheet a blank
`response` with a blank `status` means: not filled in yet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from langbias.errors import InvalidDataError
from langbias.tags import canonical, closest
from langbias.targets.outcome import answered, failed
from langbias.targets.protocol import Fault, Reply
from langbias.targets.recorded.foreign import Problem, foreign_records
from langbias.targets.recorded.parquet import parquet_rows
from langbias.types import Prompt, Status, Trial

ENDINGS = ".jsonl, .csv, .parquet, .eval (Inspect) or .json (Inspect, promptfoo)"
_STATUSES = tuple(str(status) for status in Status)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a recorded reply belongs."""

    prompt_id: str
    turn: int
    repeat: int


class Replay:
    """Recorded replies by slot."""

    def __init__(self, replies: Mapping[Slot, Reply]) -> None:
        self._replies = replies

    def __len__(self) -> int:
        return len(self._replies)

    def answer(self, trial: Trial, prompt: Prompt, turn: int) -> Reply | None:
        """The reply recorded for this turn, or None."""
        return self._replies.get(Slot(prompt.id, turn, trial.repeat))


def read_replay(path: Path) -> Replay:
    """Read `path`: JSONL, CSV, Parquet, an Inspect log or a promptfoo result.

    Raises InvalidDataError naming file, line, field and remedy.
    """
    match path.suffix.lower():
        case ".eval" | ".json":
            return Replay(_by_slot(foreign_records(path, _refuse), path))
        case ".parquet":
            return Replay(_by_slot(_filled_in(parquet_rows(path)), path))
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be read ({problem.strerror}); check the path") from problem
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InvalidDataError(f"{path}: not UTF-8 at byte {problem.start}; save it as UTF-8") from problem
    match path.suffix.lower():
        case ".jsonl":
            records = _jsonl_records(text, path)
        case ".csv":
            records = _csv_records(text, path)
        case _:
            raise InvalidDataError(f"{path}: recorded replies are {ENDINGS}")
    return Replay(_by_slot(records, path))


def _filled_in(rows: Iterable[tuple[str, dict[str, object]]]) -> Iterator[tuple[str, dict[str, object]]]:
    """A null or blank reply with no status is one that nobody has written down yet."""
    for where, record in rows:
        if record.get("response") or record.get("status"):
            yield where, record


def _refuse(problem: Problem) -> None:
    raise InvalidDataError(f"{problem.where}: {problem.problem}")


def _jsonl_records(text: str, path: Path) -> Iterator[tuple[int | str, dict[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as problem:
            raise InvalidDataError(f"{path}:{number}: not JSON ({problem}); mend or delete this line") from problem
        if not isinstance(record, dict):
            raise InvalidDataError(f"{path}:{number}: not a JSON object; mend or delete this line")
        if record.get("response") is None and record.get("status") in (None, "ok"):
            raise InvalidDataError(f"{path}:{number}: response: missing; write the reply, or the status it had")
        yield number, record


def _csv_records(text: str, path: Path) -> Iterator[tuple[int | str, dict[str, object]]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)  # spreadsheets of many countries write semicolons
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    if "response" not in (reader.fieldnames or ()):
        raise InvalidDataError(f"{path}: has no column 'response'; its first line must name the columns")
    try:
        for row in reader:
            if None in row or None in row.values():
                raise InvalidDataError(f"{path}:{reader.line_num}: more or fewer cells than the header; mend this row")
            record = {name: value for name, value in row.items() if name == "response" or value.strip()}
            if record["response"].strip() or "status" in record:
                yield reader.line_num, dict(record)
    except csv.Error as problem:
        raise InvalidDataError(f"{path}:{reader.line_num}: not CSV ({problem}); mend this row") from problem


def _by_slot(records: Iterable[tuple[int | str, dict[str, object]]], path: Path) -> dict[Slot, Reply]:
    replies: dict[Slot, Reply] = {}
    lines: dict[Slot, int | str] = {}
    for number, record in records:
        where = f"{path}:{number}"
        slot = Slot(_prompt_id(record, where), _count(record, "turn", where), _count(record, "repeat", where))
        if slot in replies:
            raise InvalidDataError(f"{where}: a second reply to {slot.prompt_id}, already at {lines[slot]}; delete one")
        lines[slot] = number
        replies[slot] = _reply(record, where)
    return replies


def _prompt_id(record: dict[str, object], where: str) -> str:
    named = _text(record, "prompt_id", where)
    if named is not None:
        return named
    scenario, language = _text(record, "scenario", where), _text(record, "language", where)
    if scenario is None or language is None:
        raise InvalidDataError(f"{where}: has neither prompt_id nor scenario and language; name the prompt it answers")
    return f"{scenario}/{canonical(language)}/{_text(record, 'variant', where) or 'base'}"


def _reply(record: dict[str, object], where: str) -> Reply:
    text = _text(record, "response", where) or ""
    word = _text(record, "status", where)
    finish_reason, model = _text(record, "finish_reason", where), _text(record, "model", where)
    if word is None:
        truncated = finish_reason in ("length", "max_tokens", "MAX_TOKENS")
        blocked = finish_reason in ("content_filter", "refusal", "SAFETY")
    elif word == Status.FAILED:
        return failed(Fault.REQUEST, _text(record, "error", where) or "recorded as failed")
    elif word in _STATUSES:
        truncated, blocked = word == Status.TRUNCATED, word == Status.BLOCKED
        if word == Status.EMPTY and text.strip():
            raise InvalidDataError(f"{where}: status: 'empty', but response holds text; correct one of them")
    else:
        raise InvalidDataError(f"{where}: status: {word!r} is not known{closest(word, _STATUSES)}")
    return answered(
        text,
        finish_reason=finish_reason,
        blocked=blocked,
        truncated=truncated,
        http_status=None,
        usage=None,
        model=model,
    )


def _text(record: dict[str, object], field: str, where: str) -> str | None:
    value = record.get(field)
    if value is not None and not isinstance(value, str):
        raise InvalidDataError(f"{where}: {field}: must be text, not {value!r:.40}")
    return value


def _count(record: dict[str, object], field: str, where: str) -> int:
    value = record.get(field, 0)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidDataError(f"{where}: {field}: must be a whole number from 0, not {value!r:.40}")
    return value
