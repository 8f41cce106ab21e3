"""Writing that is whole or absent, and disk errors that name the file and the remedy."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from langbias.errors import StoreError

_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up; free some space and run the same command again",
    errno.EFBIG: "the file has reached its size limit; raise the limit and run the same command again",
    errno.EACCES: "no permission; change the folder's permissions or choose another --output",
    errno.EPERM: "no permission; change the folder's permissions or choose another --output",
    errno.EROFS: "the disk is read-only; choose another --output",
    errno.EIO: "the disk reports an error; check it and run the same command again",
    errno.ENOENT: "there is no such file; check the path",
    errno.ENOTDIR: "a part of the path is a file; choose another --output",
    errno.EISDIR: "it is a folder; choose another name",
}


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into a StoreError about `path`."""
    try:
        yield
    except OSError as problem:
        remedy = _REMEDIES.get(problem.errno or 0, f"{problem.strerror or problem}; check the disk")
        raise StoreError(f"{path}: {remedy} (all that was stored before is kept)") from problem


def write_atomic(path: Path, chunks: Iterable[bytes]) -> None:
    """Write `chunks` to `path` so that a reader, at any moment, finds the old file or the new one, never a half.

    Raises StoreError for disk errors; the old file is then untouched.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power loss, where the system can."""
    with contextlib.suppress(OSError):  # some file systems cannot sync a folder; the rename itself has succeeded
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
