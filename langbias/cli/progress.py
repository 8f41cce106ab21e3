"""Live progress of a collection: a bar per language on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
from collections import Counter
from types import TracebackType
from typing import Any

from langbias.cli.output import note
from langbias.collect import Event, Started, TargetStopped, TurnStored, Waiting
from langbias.types import Status

# Lines printed over a whole run when stderr is no terminal.
_PLAIN_LINES = 10


class Progress:
    """Takes the collector's events; use as a context manager."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bars: Any = None
        self._tasks: dict[str, Any] = {}
        self._counts: dict[str, Counter[Status]] = {}
        self._planned = self._done = self._told = 0

    def __enter__(self) -> Progress:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bars

            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[notes]}"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def on_event(self, event: Event) -> None:
        """Show one event."""
        if self._quiet:
            return
        match event:
            case Started():
                self._start(event)
            case TurnStored():
                self._stored(event)
            case Waiting(target_id=target, seconds=seconds, cause=cause) if seconds >= 5:
                self._say(f"{target}: waiting {seconds:.0f} s ({cause})")
            case TargetStopped(target_id=target, reason=reason):
                self._say(f"{target}: stopped: {reason}")
            case _:
                pass

    def _start(self, event: Started) -> None:
        languages = list(dict.fromkeys(count.language for count in event.counts))
        for language in languages:
            planned = sum(c.planned for c in event.counts if c.language == language)
            stored = sum(c.stored for c in event.counts if c.language == language)
            self._planned += planned
            self._done += stored
            self._counts[language] = Counter()
            if self._bars is not None:
                self._tasks[language] = self._bars.add_task(language, total=planned, completed=stored, notes="")
        if self._bars is None:
            kept = f", {self._done} of them stored before" if self._done else ""
            self._say(f"asking {self._planned} conversations in {', '.join(languages)}{kept}")

    def _stored(self, event: TurnStored) -> None:
        self._counts[event.language][event.status] += 1
        if not event.last:
            return
        self._done += 1
        if self._bars is not None:
            self._bars.update(self._tasks[event.language], advance=1, notes=self._notes(event.language))
            return
        tenth = self._done * _PLAIN_LINES // max(self._planned, 1)
        if tenth > self._told:
            self._told = tenth
            self._say(f"{self._done} of {self._planned} conversations")

    def _notes(self, language: str) -> str:
        counts = self._counts[language]
        shown = (Status.BLOCKED, Status.EMPTY, Status.FAILED)
        return "  ".join(f"{counts[status]} {status}" for status in shown if counts[status])

    def _say(self, text: str) -> None:
        if self._bars is not None:
            self._bars.console.print(text, markup=False, highlight=False)
        else:
            note(text)
