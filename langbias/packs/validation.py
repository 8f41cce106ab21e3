"""The shape of `validation.toml`: how often each check is right in this language, as counted against labels.

It changes no judgement of a reply, only how the counts of them are corrected, so it is no part of the pack's digest;
the summary of a run names the rates that it used.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Literal

import msgspec

from langbias.errors import InvalidDataError
from langbias.packs.decode import read_toml
from langbias.packs.loading import pack_folder, resolve_tag

_HEADER = "# How often each check is right in this language. Made by: langbias validate --labels FILE --write"


class ValidationRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check in one language.

    `failing` replies by the judgement of people or of language models (`labels`), of which the check failed `caught`;
    `good` ones, of which it passed `kept`. Replies on which the check abstained are left out, counted in `abstained`.
    """

    check: str
    failing: int
    caught: int
    good: int
    kept: int
    data: str
    date: str
    who_labelled: str
    abstained: int = 0
    labels: Literal["people", "models"] = "people"

    @property
    def n(self) -> int:
        """Labelled replies."""
        return self.failing + self.good


class ValidationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`validation.toml`."""

    record: tuple[ValidationRecord, ...] = ()
    schema_version: int = 1


@lru_cache(maxsize=64)
def load_validation(tag: str) -> tuple[ValidationRecord, ...]:
    """The records of the pack that serves `tag`; () when it has none.

    Raises UsageError for a language without a pack, InvalidDataError for a file that breaks its format.
    """
    path = pack_folder(resolve_tag(tag)) / "validation.toml"
    if not path.is_file():
        return ()
    records = read_toml(path, ValidationFile).record
    problems = validation_problems(records)
    if problems:
        raise InvalidDataError(f"{path}: {problems[0]}")
    return records


def validation_problems(records: tuple[ValidationRecord, ...]) -> list[str]:
    """What is wrong with records that have the right shape."""
    problems = []
    names = [record.check for record in records]
    doubled = sorted({name for name in names if names.count(name) > 1})
    problems += [f"check {name!r} stands twice; keep one record" for name in doubled]
    for record in records:
        if not 0 <= record.caught <= record.failing or not 0 <= record.kept <= record.good:
            problems.append(f"check {record.check!r}: caught must be within failing, and kept within good")
        if record.failing < 1 or record.good < 1:
            problems.append(f"check {record.check!r}: needs failing and good replies, both at least one")
        try:
            datetime.date.fromisoformat(record.date)
        except ValueError:
            problems.append(f"check {record.check!r}: date {record.date!r} is no date; write it like 2026-11-23")
        if not record.who_labelled.strip() or not record.data.strip():
            problems.append(f"check {record.check!r}: say who labelled which data")
    return problems


def validation_toml(records: tuple[ValidationRecord, ...]) -> str:
    """The records as a `validation.toml`, sorted by check."""
    blocks = [f"{_HEADER}\nschema_version = 1"]
    for record in sorted(records, key=lambda r: r.check):
        fields = ((name, getattr(record, name)) for name in record.__struct_fields__)
        lines = [f"{name} = {_quoted(value) if isinstance(value, str) else value}" for name, value in fields]
        blocks.append("\n".join(["[[record]]", *lines]))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
