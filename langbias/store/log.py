"""The append-only log of responses: each row is written at once, and synced every 64 rows or every second.

Syncing runs beside the writing, in a thread: on a busy disk it takes tens of milliseconds, and replies must not wait.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from langbias.store.disk import disk_errors
from langbias.store.rows import encode_row, read_rows
from langbias.types import Response

SYNC_ROWS = 64
SYNC_SECONDS = 1.0
# Where the disk is slower than the replies, writing waits for it after so many rows.
MOST_UNSYNCED = 8 * SYNC_ROWS


class ResponseLog:
    """`responses.jsonl`, open for appending. Its owner holds the lock of the run folder.

    Opening cuts off what a crash left after the last whole row. A row that a full disk cuts short is taken back, so
    the file always ends with a whole row.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._monotonic = monotonic
        self._unsynced = 0
        self._synced_at = monotonic()
        self._syncer = ThreadPoolExecutor(1, "sync")
        self._syncing: Future[None] | None = None
        with disk_errors(path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            self._end = self._mend()
        except BaseException:
            os.close(self._file)
            raise

    def _mend(self) -> int:
        """Cut the torn tail; returns the length of the file."""
        end = max((row.end for row in read_rows(self.path, Response, torn_tail=True)), default=0)
        with disk_errors(self.path):
            if os.fstat(self._file).st_size > end:
                os.ftruncate(self._file, end)
                os.fsync(self._file)
            if end and os.pread(self._file, 1, end - 1) != b"\n":
                end += os.write(self._file, b"\n")
        return end

    def stored(self) -> Iterator[Response]:
        """Every row, in the order in which it was stored; a later row replaces an earlier one of its trial and turn."""
        for row in read_rows(self.path, Response, torn_tail=False):
            yield row.value

    def append(self, response: Response) -> None:
        """Store one response. Raises StoreError when the disk refuses; the log is then as it was before."""
        rest = memoryview(encode_row(response))
        grown = self._end + len(rest)
        with disk_errors(self.path):
            try:
                while rest:
                    rest = rest[os.write(self._file, rest) :]
            except OSError:
                os.ftruncate(self._file, self._end)
                raise
        self._end = grown
        self._unsynced += 1
        if self._unsynced >= SYNC_ROWS or self._monotonic() - self._synced_at >= SYNC_SECONDS:
            self._begin_sync()

    def _begin_sync(self) -> None:
        if self._syncing is not None and not self._syncing.done() and self._unsynced < MOST_UNSYNCED:
            return
        self._end_sync()
        self._unsynced = 0
        self._synced_at = self._monotonic()
        self._syncing = self._syncer.submit(os.fsync, self._file)

    def _end_sync(self) -> None:
        """Wait for the sync under way. Raises StoreError when the disk refused it."""
        syncing, self._syncing = self._syncing, None
        if syncing is not None:
            with disk_errors(self.path):
                syncing.result()

    def sync_soon(self) -> None:
        """Begin to bring what was written onto the disk itself, unless that is under way or all is there."""
        if self._unsynced:
            self._begin_sync()

    def sync(self) -> None:
        """Bring what was written onto the disk itself, and wait for it."""
        self._end_sync()
        if self._unsynced:
            self._unsynced = 0
            with disk_errors(self.path):
                os.fsync(self._file)

    def close(self) -> None:
        """Sync and close; closing twice is no error."""
        if self._file < 0:
            return
        try:
            self.sync()
        finally:
            self._syncer.shutdown()
            os.close(self._file)
            self._file = -1
