"""JSON lines: one typed row a line, sorted keys, UTF-8; the same row in gives the same bytes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from langbias.errors import RunFolderError
from langbias.store.disk import disk_errors

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Row(Generic[Shape]):
    """One row and the bytes [start, end) of its line, newline included."""

    value: Shape
    start: int
    end: int


def encode_row(value: object) -> bytes:
    """One line, newline included."""
    return msgspec.json.encode(value, order="sorted") + b"\n"


def read_rows(path: Path, shape: type[Shape], *, torn_tail: bool) -> Iterator[Row[Shape]]:
    """The rows of `path` in file order.

    With `torn_tail`, whatever a crash left after the last whole row is passed over: it is bytes that no later row
    follows. Everything else that is no row raises RunFolderError naming the line.
    """
    decoder = msgspec.json.Decoder(shape)
    end = 0
    broken: tuple[int, str] | None = None
    with disk_errors(path), path.open("rb") as file:
        for number, line in enumerate(file, 1):
            start, end = end, end + len(line)
            try:
                value = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
                broken = broken or (number, str(problem))
                continue
            if broken:
                break
            yield Row(value, start, end)
        else:
            if torn_tail or broken is None:
                return
    assert broken is not None
    raise RunFolderError(f"{path}:{broken[0]}: not a whole row ({broken[1]}); restore the file, or delete this line")
