"""What people answered: one append-only log per run, who and when with every row, and the files as they came."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock

from langbias.errors import InvalidDataError, UsageError
from langbias.review.selection import FOLDER, ReviewSelection, selection_folder, selections
from langbias.store import RunFolder
from langbias.store.rows import encode_row, read_rows

Answer = Literal["ok", "bad", "unsure"]
ANSWERS: tuple[Answer, ...] = ("ok", "bad", "unsure")
FIXED = ("selection", "item", "language", "rater")
COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Label:
    """One rater's answer about one reply under one check. Later rows of the same rater replace earlier ones."""

    selection: str
    item: str
    check: str
    rater: str
    answer: Answer
    comment: str
    imported_at: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to."""

    selection: str
    rater: str
    items: int
    answers: int
    blank: int


def read_labels(folder: RunFolder) -> tuple[Label, ...]:
    """All stored answers, oldest first, corrected ones replaced by their corrections."""
    path = labels_path(folder)
    if not path.exists():
        return ()
    rows = (row.value for row in read_rows(path, Label, torn_tail=False))
    return tuple({(row.selection, row.item, row.check, row.rater): row for row in rows}.values())


def labels_path(folder: RunFolder) -> Path:
    """`review/labels.jsonl` of a run folder."""
    return folder.path / FOLDER / "labels.jsonl"


def import_labels(
    folder: RunFolder, files: Sequence[Path], now: str, rater: str | None = None, correct: bool = False
) -> tuple[Imported, ...]:
    """Read filled-in sheets back, all of them or none.

    Raises InvalidDataError naming file and row for rows of another run or language, unknown or doubled items and
    answers, and for answers that the rater has already given (unless `correct`).
    """
    known = {selection.id: selection for selection in selections(folder)}
    if not known:
        raise UsageError(
            f"{folder.path}: nothing was exported for review; run: langbias review export {folder.path} -l TAG"
        )
    given = {(label.selection, label.item, label.check, label.rater) for label in read_labels(folder)}
    fresh: list[Label] = []
    done: list[Imported] = []
    originals: list[tuple[str, bytes]] = []
    for path in files:
        raw = _bytes_of(path)
        digest = hashlib.sha256(raw).hexdigest()
        rows, imported = _read_sheet(path, raw, known, rater, now, digest)
        for row in rows:
            key = (row.selection, row.item, row.check, row.rater)
            if key in given and not correct:
                raise InvalidDataError(
                    f"{path}: {row.rater} has already judged item {row.item} ({row.check}); nothing was imported. Give"
                    " --correct to replace earlier answers, or name another rater"
                )
            given.add(key)
        fresh += rows
        done.append(imported)
        kept = selection_folder(folder, imported.selection) / "imported" / f"{digest[:12]}.csv"
        originals.append((str(kept.relative_to(folder.path)), raw))
    for name, raw in originals:
        folder.write_file(name, raw)
    append_labels(folder, fresh)
    return tuple(done)


def append_labels(folder: RunFolder, rows: Sequence[Label]) -> None:
    """Add answers to the run's log, all or none; several raters at once wait for each other."""
    if not rows:
        return
    log = labels_path(folder)
    log.parent.mkdir(exist_ok=True)
    with FileLock(log.with_name(".lock")):
        before = log.read_bytes() if log.exists() else b""
        folder.write_lines(str(log.relative_to(folder.path)), (before, *map(encode_row, rows)))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read ({problem.strerror or problem}); check the path") from problem


def _read_sheet(
    path: Path, raw: bytes, known: dict[str, ReviewSelection], rater: str | None, now: str, digest: str
) -> tuple[list[Label], Imported]:
    try:
        # Spreadsheets of some languages save with semicolons.
        text = raw.decode("utf-8-sig")
        delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InvalidDataError(f"{path}: not a CSV in UTF-8 ({problem}); save the sheet as CSV UTF-8") from problem
    if not rows:
        raise InvalidDataError(f"{path}: holds no row; fill in the sheet that was exported")
    missing = [name for name in FIXED if name not in rows[0]]
    if missing:
        raise InvalidDataError(f"{path}: no column {', '.join(missing)}; fill in the sheet that was exported")
    selection = _selection_of(path, rows, known)
    items = {item.item for item in selection.items}
    labels: list[Label] = []
    seen: set[str] = set()
    blank = 0
    who = ""
    for number, row in enumerate(rows, start=2):
        where = f"{path}:{number}"
        item = _text(row, "item")
        who = rater or _text(row, "rater")
        if item not in items:
            raise InvalidDataError(
                f"{where}: item {item!r} is not in the selection {selection.id}; nothing was imported"
            )
        if _text(row, "language") != selection.language:
            raise InvalidDataError(
                f"{where}: language {_text(row, 'language')!r}, but the selection is in {selection.language!r}"
            )
        if item in seen:
            raise InvalidDataError(f"{where}: item {item!r} stands twice; keep one row")
        if not who:
            raise InvalidDataError(f"{where}: no rater; write your name in the column `rater`, or give --rater")
        seen.add(item)
        answers = _answers(where, row, selection.checks)
        blank += len(selection.checks) - len(answers)
        comment = _text(row, COMMENT)
        labels += [Label(selection.id, item, check, who, answer, comment, now, digest) for check, answer in answers]
    return labels, Imported(selection.id, who, len(seen), len(labels), blank)


def _selection_of(path: Path, rows: Iterable[dict[str, str]], known: dict[str, ReviewSelection]) -> ReviewSelection:
    names = {_text(row, "selection") for row in rows}
    if len(names) != 1 or not names <= set(known):
        raise InvalidDataError(
            f"{path}: belongs to {', '.join(sorted(map(repr, names)))}, but this run has {', '.join(sorted(known))};"
            " import it into the run it was exported from"
        )
    return known[names.pop()]


def _answers(where: str, row: dict[str, str], checks: Sequence[str]) -> list[tuple[str, Answer]]:
    found = []
    for check in checks:
        answer = _text(row, check).lower()
        if answer and answer not in ANSWERS:
            raise InvalidDataError(
                f"{where}: column {check!r} says {answer!r}; write one of {', '.join(ANSWERS)}, or nothing"
            )
        if answer:
            found.append((check, answer))
    return found


def _text(row: dict[str, str], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
