"""A file of recorded replies in parts: each is read, scored and written as lines by itself, and counted to be merged.

A part is a row group of a Parquet file, which the worker reads itself, or some rows of any other file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from langbias.corpus import load_corpus
from langbias.errors import UsageError
from langbias.records import Known, Malformed, read_rows, record_of
from langbias.results import encode_result
from langbias.score import score_item
from langbias.targets.recorded.parquet import parquet_rows, row_groups
from langbias.types import Outcome

# Rows per part: enough that sending costs nothing beside scoring, little to hold.
_ROWS = 32
# Row groups beyond this are cut here; most writers make groups of a million rows, which is no part but a file.
_LARGEST_GROUP = 1024


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows, or the row `group` of a Parquet file. `first` is the number of its first row."""

    path: Path
    checks: tuple[str, ...]
    today: str
    rows: tuple[tuple[str, dict[str, Any]], ...] = ()
    group: int | None = None
    first: int = 0


@dataclass(slots=True)
class Tally:
    """What was counted; tallies of parts add up to the tally of the whole."""

    records: int = 0
    languages: set[str] = field(default_factory=set)
    outcomes: Counter[tuple[str, str, Outcome]] = field(default_factory=Counter)
    """By language, check and outcome."""

    def add(self, other: Tally) -> None:
        """Take in the tally of another part."""
        self.records += other.records
        self.languages |= other.languages
        self.outcomes.update(other.outcomes)


@dataclass(frozen=True, slots=True)
class ScoredPart:
    """A part's result lines, its tally, and the rows that were no records."""

    lines: bytes
    tally: Tally
    malformed: tuple[Malformed, ...]


def parts_of(path: Path, checks: tuple[str, ...], today: str, report: Callable[[Malformed], None]) -> Iterator[Part]:
    """The parts of `path`, a file or a folder of Parquet files, in order. Raises what `read_rows` raises."""
    for file in _files(path):
        groups = row_groups(file) if file.suffix.lower() == ".parquet" and file.is_file() else ()
        if groups and max(groups) <= _LARGEST_GROUP:
            first = 0
            for number, rows in enumerate(groups):
                yield Part(file, checks, today, group=number, first=first)
                first += rows
            continue
        source = read_rows(file, report)
        while rows_here := tuple(islice(source, _ROWS)):
            yield Part(file, checks, today, rows_here)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.parquet"))
    if not files:
        raise UsageError(f"{path}: neither a run folder (no manifest.json) nor a folder of .parquet files")
    return files


def score_part(part: Part) -> ScoredPart:
    """Score one part. Pure but for reading the part and the installed corpus and packs, so it runs anywhere."""
    tally = Tally()
    lines: list[str] = []
    malformed: list[Malformed] = []
    for where, fields in part.rows if part.group is None else _read(part):
        try:
            item = record_of(fields, _known())
        except (UsageError, ValueError, TypeError) as problem:
            malformed.append(Malformed(where, str(problem)))
            continue
        tally.records += 1
        tally.languages.add(item.language)
        for result in score_item(item, part.checks, part.today).results:
            tally.outcomes[item.language, result.check_id, result.outcome] += 1
            lines.append(encode_result(item.id, result))
    text = "".join(f"{line}\n" for line in lines)
    return ScoredPart(text.encode("utf-8", "replace"), tally, tuple(malformed))


def _read(part: Part) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, fields in parquet_rows(part.path, part.group, part.first):
        yield f"{part.path}: {where}", fields


@lru_cache(maxsize=1)
def _known() -> Known:
    return Known(load_corpus())
