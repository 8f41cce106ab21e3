"""A run folder: who reads it sees whole files only, who writes it holds its lock."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from langbias.errors import RunFolderError, StoreError
from langbias.store.disk import disk_errors, write_atomic
from langbias.store.log import ResponseLog
from langbias.store.rows import encode_row, read_rows
from langbias.types import Prompt, Response, Run, Scenario, Trial

SCHEMA_VERSION = 1


class _Version(msgspec.Struct):
    schema_version: int


class _Place(msgspec.Struct):
    trial_id: str
    turn: int


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run, for reading. Nothing here needs the lock: a run can be read while it is collected."""

    path: Path

    @property
    def manifest_path(self) -> Path:
        """`manifest.json`."""
        return self.path / "manifest.json"

    @property
    def trials_path(self) -> Path:
        """`trials.jsonl`."""
        return self.path / "trials.jsonl"

    @property
    def responses_path(self) -> Path:
        """`responses.jsonl`."""
        return self.path / "responses.jsonl"

    @property
    def prompts_path(self) -> Path:
        """`prompts.jsonl`: what was asked, kept so that the run stays readable when the corpus has moved on."""
        return self.path / "prompts.jsonl"

    @property
    def scenarios_path(self) -> Path:
        """`scenarios.jsonl`: what the prompts are about."""
        return self.path / "scenarios.jsonl"

    @property
    def results_path(self) -> Path:
        """`results.jsonl`."""
        return self.path / "results.jsonl"

    def exists(self) -> bool:
        """Whether a run was begun here."""
        return self.manifest_path.exists()

    def run(self) -> Run:
        """The manifest. Raises RunFolderError when there is none, it is damaged, or another schema version wrote it."""
        if not self.exists():
            raise RunFolderError(f"{self.path}: not a run folder (it has no manifest.json); check the path")
        with disk_errors(self.manifest_path):
            raw = self.manifest_path.read_bytes()
        try:
            version = msgspec.json.decode(raw, type=_Version).schema_version
            if version != SCHEMA_VERSION:
                raise RunFolderError(
                    f"{self.manifest_path}: schema_version: {version}, but this langbias reads {SCHEMA_VERSION}; "
                    f"use the langbias that made the run, or collect anew into another --output"
                )
            return msgspec.json.decode(raw, type=Run)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise RunFolderError(f"{self.manifest_path}: damaged ({problem}); restore it from a copy") from problem

    def trials(self) -> Iterator[Trial]:
        """The planned trials, in the order of the plan."""
        for row in read_rows(self.trials_path, Trial, torn_tail=False):
            yield row.value

    def prompts(self) -> Iterator[Prompt]:
        """The prompts that were asked."""
        for row in read_rows(self.prompts_path, Prompt, torn_tail=False):
            yield row.value

    def scenarios(self) -> Iterator[Scenario]:
        """The scenarios of those prompts."""
        for row in read_rows(self.scenarios_path, Scenario, torn_tail=False):
            yield row.value

    def responses(self) -> Iterator[Response]:
        """The stored responses in the order of the plan, turn by turn, whatever order they came in.

        A failed response that was asked again later gives way to the later one. Memory: an index, not the texts.
        Raises RunFolderError for damage, and for a response to a trial that was never planned.
        """
        if not self.responses_path.exists():
            return
        places: dict[str, dict[int, tuple[int, int]]] = {}
        for row in read_rows(self.responses_path, _Place, torn_tail=True):
            places.setdefault(row.value.trial_id, {})[row.value.turn] = (row.start, row.end)
        decoder = msgspec.json.Decoder(Response)
        with disk_errors(self.responses_path), self.responses_path.open("rb") as file:
            for trial in self.trials():
                turns = places.pop(trial.id, {})
                for turn in sorted(turns):
                    start, end = turns[turn]
                    file.seek(start)
                    yield self._decoded(decoder, file.read(end - start))
        if places:
            stray = min(places)
            raise RunFolderError(
                f"{self.responses_path}: answers trial {stray}, which trials.jsonl lacks; restore trials.jsonl"
            )

    def _decoded(self, decoder: msgspec.json.Decoder[Response], line: bytes) -> Response:
        try:
            return decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise RunFolderError(
                f"{self.responses_path}: a row is damaged ({problem}); restore it from a copy"
            ) from problem

    def write_lines(self, name: str, lines: Iterable[bytes]) -> Path:
        """Replace one more file of the run by streamed lines, whole or not at all."""
        path = self.path / name
        write_atomic(path, lines)
        return path

    def write_file(self, name: str, content: str | bytes) -> Path:
        """Replace one more file of the run (summary.json, report.html ...), whole or not at all."""
        return self.write_lines(name, [content.encode() if isinstance(content, str) else content])


@contextlib.contextmanager
def open_run(path: Path, run: Run, trials: Sequence[Trial]) -> Iterator[tuple[RunFolder, ResponseLog]]:
    """Begin the run in `path`, or go on with it when the same plan was begun there. Holds the folder's lock.

    The lock is the operating system's and ends with the process, however it ends. Raises StoreError when another
    process collects into the folder or the disk refuses, RunFolderError when the folder holds a different run.
    """
    folder = RunFolder(path)
    with disk_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as problem:
            raise StoreError(
                f"{path}: another langbias is collecting into this folder; wait for it, or choose another --output"
            ) from problem
    try:
        if folder.exists():
            _require_same(folder, run, trials)
        else:
            if folder.responses_path.exists():
                raise RunFolderError(
                    f"{path}: holds responses but no manifest.json; restore it, or choose another --output"
                )
            # The manifest comes last: where there is one, the trials are whole.
            write_atomic(folder.trials_path, map(encode_row, trials))
            write_atomic(folder.manifest_path, [msgspec.json.format(msgspec.json.encode(run, order="sorted")), b"\n"])
        log = ResponseLog(folder.responses_path)
        try:
            yield folder, log
        finally:
            log.close()
    finally:
        lock.release()


def _require_same(folder: RunFolder, run: Run, trials: Sequence[Trial]) -> None:
    stored = folder.run()
    different = [name for name in ("corpus_digest", "targets", "plan") if getattr(stored, name) != getattr(run, name)]
    if not different and tuple(folder.trials()) != tuple(trials):
        different = ["trials"]
    if different:
        raise RunFolderError(
            f"{folder.path}: holds another run (its {', '.join(different)} differ); "
            "give the options it was begun with, or choose another --output"
        )
