"""Rows of a Parquet file, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langbias.errors import InvalidDataError, MissingExtraError

_BATCH = 512


def parquet_rows(path: Path, group: int | None = None, first: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row (of one row group, whose first row has the number `first`) with where it stands; nulls are left out.

    Raises MissingExtraError without pyarrow, InvalidDataError when the file is not readable Parquet.
    """
    with _opened(path) as file:
        number = first
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=None if group is None else [group]):
            for fields in batch.to_pylist():
                yield f"row {number}", {name: value for name, value in fields.items() if value is not None}
                number += 1


def row_groups(path: Path) -> tuple[int, ...]:
    """How many rows each row group has. Raises as `parquet_rows` does."""
    with _opened(path) as file:
        return tuple(file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError as problem:
        raise MissingExtraError(
            "reading .parquet needs pyarrow; install it: pip install 'langbias[parquet]'"
        ) from problem
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except pyarrow.ArrowException as problem:
        raise InvalidDataError(f"{path}: not a readable Parquet file ({problem}); write it anew") from problem
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be read ({problem.strerror or problem}); check the file") from problem
