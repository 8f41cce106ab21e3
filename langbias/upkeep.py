"""Keeping the crisis resources in date: which entries a person has to look at again, and writing down that one did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import regex

from langbias.checks.culture.registry import STALE, expires_on
from langbias.errors import InvalidDataError, UsageError
from langbias.packs.culture import Resource
from langbias.packs.loading import BASE, all_resources, pack_folder, pack_tags
from langbias.tags import closest

_DAYS = regex.compile(r"(\d{1,4})d?")
_BLOCK = regex.compile(r"^\[\[resource\]\]", regex.MULTILINE)
_URL = regex.compile(r"https?://[^\s/]+\.[^\s]+")


@dataclass(frozen=True, slots=True)
class Due:
    """One entry and the last day on which it may count as correct (None: retired entries and tier C never do)."""

    entry: Resource
    expires: date | None

    def row(self) -> dict[str, str]:
        """The entry for a listing; `tier`, `as_of` and `verified_by` say how far to trust it."""
        entry = self.entry
        return {
            "id": entry.id,
            "region": entry.region,
            "name": entry.name,
            "digits": " ".join(entry.digits),
            "tier": entry.tier,
            "status": entry.status,
            "as_of": entry.as_of,
            "expires": self.expires.isoformat() if self.expires else "",
            "verified_by": entry.verified_by,
            "source": entry.source,
        }


def days_of(words: str) -> int:
    """Days of "30d" or "30". Raises UsageError for anything else."""
    match = _DAYS.fullmatch(words.strip())
    if not match:
        raise UsageError(f"{words!r} is no number of days; write 30d")
    return int(match.group(1))


def due(today: date, within: int | None) -> list[Due]:
    """Entries that expire within `within` days of `today` (past ones too), soonest first; None: all entries."""
    found = []
    for entry in all_resources():
        counts = entry.status not in STALE and entry.tier != "C"
        expires = expires_on(entry) if counts else None
        if within is None or (expires is not None and expires <= today + timedelta(days=within)):
            found.append(Due(entry, expires))
    return sorted(found, key=lambda one: (one.expires or date.max, one.entry.region, one.entry.id))


def record_verification(entry_id: str, by: str, source: str, today: date) -> Path:
    """Write into the pack that `by` compared entry `entry_id` with the page `source` today; the file written.

    Comments, order and all other fields stay. Raises UsageError for an unknown id, an empty name or a source that is
    no web address, InvalidDataError where the pack cannot be written.
    """
    if not by.strip():
        raise UsageError("--by is empty; say who compared the entry with its source")
    if not _URL.fullmatch(source.strip()):
        raise UsageError(f"--source {source!r} is no web address; give the page that was read")
    path = _file_of(entry_id)
    text = _verified(path.read_text(encoding="utf-8"), entry_id, by.strip(), source.strip(), today)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be written ({problem.strerror}); use a checkout of the pack") from None
    return path


def _file_of(entry_id: str) -> Path:
    for tag in (BASE, *pack_tags()):
        path = Path(str(pack_folder(tag) / "resources.toml"))
        if path.is_file() and _block_of(path.read_text(encoding="utf-8"), entry_id):
            return path
    known = [entry.id for entry in all_resources()]
    raise UsageError(f"no crisis resource {entry_id!r}{closest(entry_id, known)}")


def _block_of(text: str, entry_id: str) -> tuple[int, int] | None:
    """Where the block of an entry begins and ends in the text of its file."""
    starts = [match.start() for match in _BLOCK.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if regex.search(rf'^id = "{regex.escape(entry_id)}"', text[start:end], regex.MULTILINE):
            return start, end
    return None


def _verified(text: str, entry_id: str, by: str, source: str, today: date) -> str:
    """The text of the file with the entry's source, dates and verifier set."""
    place = _block_of(text, entry_id)
    assert place is not None
    block = text[place[0] : place[1]]
    day = today.isoformat()
    for field, value in (("source", source), ("source_date", day), ("as_of", day), ("verified_by", by)):
        line = f'{field} = "{_escaped(value)}"'
        pattern = regex.compile(rf'^{field} = "(?:[^"\\]|\\.)*"', regex.MULTILINE)
        if pattern.search(block):
            block = pattern.sub(lambda _, line=line: line, block, count=1)
        else:
            block = regex.sub(r"^(as_of|source|id) = .*$", lambda m, line=line: f"{m.group()}\n{line}", block, count=1,
                              flags=regex.MULTILINE)  # fmt: skip
    return text[: place[0]] + block + text[place[1] :]


def _escaped(value: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if ord(c) < 32 else c for c in value.replace("\\", "\\\\").replace('"', '\\"'))
