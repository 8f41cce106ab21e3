"""Rows of a Parquet file, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langbias.errors import InvalidDataError, MissingExtraError

_BATCH = 512


def parquet_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row with where it stands; cells that are null are left out.

    Raises MissingExtraError without pyarrow, InvalidDataError when the file is not readable Parquet.
    """
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError as problem:
        raise MissingExtraError(
            "reading .parquet needs pyarrow; install it: pip install 'langbias[parquet]'"
        ) from problem
    try:
        file = parquet.ParquetFile(path)
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH):
            for fields in batch.to_pylist():
                yield f"row {number}", {name: value for name, value in fields.items() if value is not None}
                number += 1
    except pyarrow.ArrowException as problem:
        raise InvalidDataError(f"{path}: not a readable Parquet file ({problem}); write it anew") from problem
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be read ({problem.strerror or problem}); check the file") from problem
