"""Recorded responses from files, one record at a time: JSONL, CSV, Parquet, logs of Inspect and promptfoo.

Malformed records are reported and counted.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

import regex

from langbias.corpus import Corpus
from langbias.errors import InvalidDataError, UsageError
from langbias.score import ScoreItem
from langbias.tags import canonical, fallback_chain, is_region
from langbias.targets.recorded.foreign import foreign_records
from langbias.targets.recorded.parquet import parquet_rows
from langbias.targets.replay import ENDINGS
from langbias.types import (
    Expectation,
    ExpectedGroup,
    Fact,
    Harmful,
    OutOfPlace,
    Response,
    Status,
)

_TYPES = regex.compile(r"^([a-z_]+(?:\|[a-z_]+)*)(.*)$", regex.DOTALL)
_SOLE = regex.compile(r"\b(?:only|sole)[ _]route\b")
_WHEN = ("always", "unconditional", "sole_route")
# csv refuses fields over 128 kB by default; replies may be megabytes.
csv.field_size_limit(64 * 1024 * 1024)


Rows = Iterator[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that could not be read: where, and why."""

    where: str
    problem: str


class Known:
    """What a corpus tells of a record that names its scenario: what is expected, and what the person stated."""

    def __init__(self, corpus: Corpus) -> None:
        self._scenarios = {scenario.id: scenario for scenario in corpus.scenarios}
        self._facts = {(p.scenario_id, p.language): p.facts for p in corpus.prompts if p.variant == "base"}

    def expectation(self, scenario_id: str) -> Expectation | None:
        """The scenario's expectation; None where the corpus has no such scenario."""
        scenario = self._scenarios.get(scenario_id)
        return scenario.expectation if scenario else None

    def facts(self, scenario_id: str, language: str, turns: tuple[str, ...]) -> tuple[Fact, ...]:
        """Facts of the corpus prompt that `turns` state in the very words quoted there."""
        chain = fallback_chain(language)
        stated = next((found for tag in chain if (found := self._facts.get((scenario_id, tag)))), ())
        return tuple(fact for fact in stated if fact.quote and _said(fact.quote, turns))


def read_records(path: Path, known: Known, report: Callable[[Malformed], None]) -> Iterator[ScoreItem]:
    """Records of `path` in file order. Malformed ones go to `report` and the rest goes on.

    Raises what `read_rows` raises.
    """
    for where, fields in read_rows(path, report):
        try:
            yield record_of(fields, known)
        except (UsageError, ValueError, TypeError) as problem:
            report(Malformed(where, str(problem)))


def read_rows(path: Path, report: Callable[[Malformed], None]) -> Rows:
    """The rows of `path` before they are understood: where each stands, and its fields.

    Raises UsageError for a missing file or unknown ending, InvalidDataError for a file that cannot be read at all,
    MissingExtraError for Parquet without pyarrow.
    """
    readers = {".jsonl": _jsonl, ".ndjson": _jsonl, ".csv": _csv, ".parquet": _parquet}
    readers |= dict.fromkeys((".eval", ".json"), _foreign)
    reader = readers.get(path.suffix.lower())
    if not path.exists():
        raise UsageError(f"{path}: no such file; give a run folder, {ENDINGS}")
    if reader is None:
        raise UsageError(f"{path}: unknown ending {path.suffix!r}; give a run folder, {ENDINGS}")
    try:
        yield from reader(path, report)
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be read ({problem.strerror or problem}); check the file") from problem


def _jsonl(path: Path, report: Callable[[Malformed], None]) -> Rows:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            where = f"{path}:{number}"
            if not raw.strip():
                continue
            try:
                fields = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError as problem:
                report(Malformed(where, f"not UTF-8 at byte {problem.start}; save the file as UTF-8"))
            except (json.JSONDecodeError, RecursionError) as problem:
                report(Malformed(where, f"not valid JSON ({problem}); write one object per line"))
            else:
                if isinstance(fields, dict):
                    yield where, fields
                else:
                    report(Malformed(where, f"is a JSON {type(fields).__name__}, not an object"))


def _csv(path: Path, report: Callable[[Malformed], None]) -> Rows:
    with path.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            missing = {"id", "language", "response"} - set(rows.fieldnames or ())
            if missing:
                raise InvalidDataError(f"{path}: no column {', '.join(sorted(missing))}; the first line must name them")
            for row in rows:
                where = f"{path}:{rows.line_num}"
                if None in row or None in row.values():
                    report(Malformed(where, "has another number of cells than the first line; check the quoting"))
                    continue
                if any("\udc80" <= char <= "\udcff" for value in row.values() for char in value):
                    report(Malformed(where, "not UTF-8; save the file as UTF-8"))
                    continue
                # An empty cell means absent, except for the reply, where it means an empty reply.
                yield where, {k: _csv_value(k, v) for k, v in row.items() if v != "" or k == "response"}
        except csv.Error as problem:
            report(Malformed(f"{path}:{rows.line_num}", f"not valid CSV ({problem}); check the quoting"))


def _csv_value(name: str, value: str) -> Any:
    if name in ("repeat", "turn"):
        return int(value) if value.strip().lstrip("-").isdecimal() else value
    if name in ("facts", "expect") and value.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _parquet(path: Path, _: Callable[[Malformed], None]) -> Rows:
    return ((f"{path}: {where}", fields) for where, fields in parquet_rows(path))


def _foreign(path: Path, report: Callable[[Malformed], None]) -> Rows:
    """Logs of other tools; turns that failed on the way are no replies."""
    for where, fields in foreign_records(path, lambda problem: report(Malformed(problem.where, problem.problem))):
        if fields.get("status") != Status.FAILED:
            yield f"{path}: {where}", fields


def record_of(fields: Mapping[str, Any], known: Known) -> ScoreItem:
    """One record of the `langbias score` contract. Raises UsageError, ValueError or TypeError when it is not one.

    A record that names a scenario of the corpus and says nothing of `expect` or `facts` gets those of the corpus:
    without the stated facts no advice could be found out of place.
    """
    record_id = fields.get("id")
    if isinstance(record_id, int) and not isinstance(record_id, bool):
        record_id = str(record_id)
    if not isinstance(record_id, str) or not record_id:
        raise ValueError("field `id` is missing or not text")
    text = _text(fields, "response")
    if text is None:
        raise ValueError(f'record {record_id!r}: field `response` is missing; an empty reply is written as ""')
    language = _text(fields, "language")
    if language is None:
        raise ValueError(f"record {record_id!r}: field `language` is missing; give a BCP 47 tag")
    scenario_id = _text(fields, "scenario")
    turns = _turns(fields.get("prompt"))
    facts = _facts(fields.get("facts"), turns)
    if fields.get("facts") is None and scenario_id:
        facts = known.facts(scenario_id, canonical(language), turns)
    expectation = _expectation(fields["expect"]) if fields.get("expect") else None
    if expectation is None and scenario_id:
        expectation = known.expectation(scenario_id)
    return ScoreItem(
        id=record_id,
        language=canonical(language),
        response=Response(
            trial_id=record_id,
            turn=_number(fields, "turn"),
            status=_status(fields, text),
            text=text,
        ),
        turns=turns,
        earlier_replies=_earlier_replies(fields.get("prompt")),
        region=_region(fields),
        register=_register(fields),
        facts=facts,
        expectation=expectation,
        scenario_id=scenario_id or record_id,
        target_id=_text(fields, "target") or "",
        repeat=_number(fields, "repeat"),
    )


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"field `{name}` must be text, not {type(value).__name__}")


def _number(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name, 0)
    if value is None:
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError(f"field `{name}` must be a whole number from 0, not {value!r}")


def _status(fields: Mapping[str, Any], text: str) -> Status:
    value = _text(fields, "status")
    if value is None:
        return Status.OK if text.strip() else Status.EMPTY
    try:
        return Status(value)
    except ValueError:
        raise ValueError(f"field `status` is {value!r}; known: {', '.join(s.value for s in Status)}") from None


def _region(fields: Mapping[str, Any]) -> str | None:
    value = _text(fields, "region")
    if value is None:
        return None
    if not is_region(value.upper()):
        raise ValueError(f"field `region` is {value!r}; give an ISO 3166-1 code such as NG, or leave it out")
    return value.upper()


def _register(fields: Mapping[str, Any]) -> str:
    value = _text(fields, "register") or "chat"
    if value not in ("chat", "edited"):
        raise ValueError(f"field `register` is {value!r}; known: chat, edited")
    return value


def _turns(prompt: Any) -> tuple[str, ...]:
    """The user's turns: a string, a list of strings, or chat messages ({"role", "content"})."""
    if prompt is None:
        return ()
    if isinstance(prompt, str):
        return (prompt,)
    if isinstance(prompt, list) and all(isinstance(turn, str) for turn in prompt):
        return tuple(prompt)
    if isinstance(prompt, list) and all(isinstance(turn, dict) for turn in prompt):
        return tuple(str(turn.get("content", "")) for turn in prompt if turn.get("role") == "user")
    raise ValueError("field `prompt` must be text, a list of texts, or chat messages")


def _earlier_replies(prompt: Any) -> tuple[str, ...]:
    """What the target said before, where `prompt` is given as chat messages."""
    if not isinstance(prompt, list):
        return ()
    messages = [turn for turn in prompt if isinstance(turn, dict)]
    return tuple(str(turn.get("content", "")) for turn in messages if turn.get("role") == "assistant")


def _said(words: str, turns: tuple[str, ...]) -> bool:
    """Whether a turn holds `words`, however the two are composed (NFC or NFD)."""
    return any(normalize("NFC", words) in normalize("NFC", turn) for turn in turns)


def _facts(facts: Any, turns: tuple[str, ...]) -> tuple[Fact, ...]:
    """Stated facts: texts, or objects with id, text and quote. A text that the prompt holds is its own quote."""
    if facts is None:
        return ()
    if isinstance(facts, str):
        facts = [facts]
    if not isinstance(facts, list):
        raise ValueError("field `facts` must be a list")
    found = []
    for fact in facts:
        if isinstance(fact, str):
            found.append(Fact(id=fact, text=fact, quote=fact if _said(fact, turns) else None))
        elif isinstance(fact, dict) and isinstance(fact.get("id"), str):
            quote = fact.get("quote")
            if quote is not None and not _said(str(quote), turns):
                raise ValueError(f"fact {fact['id']!r}: its quote {quote!r} is not in the prompt")
            found.append(Fact(id=fact["id"], text=str(fact.get("text", fact["id"])), quote=quote))
        else:
            raise ValueError("an entry of `facts` must be text or an object with an id")
    return tuple(found)


def _expectation(expect: Any) -> Expectation:
    """`expect`: lists of entries, each "type|type" or an object with `types` (and `fact`, `when`, `flags`)."""
    if not isinstance(expect, dict):
        raise ValueError("field `expect` must be an object with expected, acceptable, out_of_place, harmful")
    return Expectation(
        expected=tuple(ExpectedGroup(_types(e), _reason(e)) for e in _entries(expect, "expected")),
        acceptable=tuple(ExpectedGroup(_types(e), _reason(e)) for e in _entries(expect, "acceptable")),
        out_of_place=tuple(_out_of_place(e) for e in _entries(expect, "out_of_place")),
        harmful=tuple(_harmful(e) for e in _entries(expect, "harmful")),
    )


def _entries(expect: dict[str, Any], name: str) -> list[Any]:
    entries = expect.get(name, [])
    if not isinstance(entries, list):
        raise ValueError(f"`expect.{name}` must be a list")
    return entries


def _types(entry: Any) -> tuple[str, ...]:
    if isinstance(entry, dict):
        return tuple(str(name) for name in entry.get("types", ()))
    found = _TYPES.match(entry) if isinstance(entry, str) else None
    if not found:
        raise ValueError(f"an entry of `expect` is {entry!r}; write it like talk_therapy or family|friend")
    return tuple(found.group(1).split("|"))


def _reason(entry: Any) -> str:
    return str(entry.get("reason", "")) if isinstance(entry, dict) else ""


def _out_of_place(entry: Any) -> OutOfPlace:
    if isinstance(entry, dict):
        when = entry.get("when", "always")
        if when not in _WHEN:
            raise ValueError(f"`expect.out_of_place.when` is {when!r}; known: {', '.join(_WHEN)}")
        return OutOfPlace(_types(entry), str(entry.get("fact", "")), when, _reason(entry))
    return OutOfPlace(_types(entry), "", "sole_route" if _SOLE.search(entry) else "always")


def _harmful(entry: Any) -> Harmful:
    if isinstance(entry, dict):
        return Harmful(_types(entry), tuple(str(flag) for flag in entry.get("flags", ())), _reason(entry))
    names = _types(entry)
    flags = tuple(name.removeprefix("harm_") for name in names if name.startswith("harm_"))
    return Harmful(tuple(name for name in names if not name.startswith("harm_")), flags)
