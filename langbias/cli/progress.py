"""Live progress of a collection: a bar per language on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

from langbias.cli.output import note
from langbias.collect import Event, Started, TargetStopped, TurnStored, Waiting
from langbias.types import Status

# Where stderr is no terminal: a line each tenth of the run, and one each half minute of a slow one.
_PLAIN_LINES = 10
_PLAIN_SECONDS = 30.0
# The rate is that of the last so many replies.
_WINDOW = 200


class Progress:
    """Takes the collector's events; use as a context manager."""

    def __init__(self, *, quiet: bool, currency: str = "", monotonic: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._currency = currency
        self._monotonic = monotonic
        self._moments: deque[float] = deque(maxlen=_WINDOW)
        self._cost: float | None = None
        self._said_at = 0.0
        self._total: Any = None
        self._bars: Any = None
        self._tasks: dict[str, Any] = {}
        self._counts: dict[str, Counter[Status]] = {}
        self._planned = self._done = self._told = 0

    def __enter__(self) -> Progress:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bars, TextColumn, TimeElapsedColumn

            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[notes]}"),
                TimeElapsedColumn(),
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
        self._said_at = self._monotonic()
        self._moments.append(self._said_at)
        if self._bars is not None:
            self._total = self._bars.add_task("all", total=self._planned, completed=self._done, notes="")
        else:
            kept = f", {self._done} of them stored before" if self._done else ""
            self._say(f"asking {self._planned} conversations in {', '.join(languages)}{kept}")

    def _stored(self, event: TurnStored) -> None:
        self._counts[event.language][event.status] += 1
        if event.cost is not None:
            self._cost = (self._cost or 0.0) + event.cost
        if not event.last:
            return
        self._done += 1
        now = self._monotonic()
        self._moments.append(now)
        if self._bars is not None:
            self._bars.update(self._tasks[event.language], advance=1, notes=self._notes(event.language))
            self._bars.update(self._total, advance=1, notes=self._pace())
            return
        tenth = self._done * _PLAIN_LINES // max(self._planned, 1)
        if tenth > self._told or now - self._said_at >= _PLAIN_SECONDS:
            self._told, self._said_at = tenth, now
            self._say(", ".join(filter(None, (f"{self._done} of {self._planned} conversations", self._pace()))))

    def _pace(self) -> str:
        """Conversations a second or minute, the time that the rest takes at this rate, and the cost so far."""
        words = []
        taken = self._moments[-1] - self._moments[0]
        if len(self._moments) > 1 and taken > 0:
            rate = (len(self._moments) - 1) / taken
            words.append(f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min")
            left = (self._planned - self._done) / rate
            if left >= 1:
                words.append(f"{_duration(left)} to go")
        if self._cost is not None:
            words.append(f"{self._cost:,.4f} {self._currency}".strip())
        lost = self._lost()
        return ", ".join([*words, *lost])

    def _lost(self) -> list[str]:
        """What went wrong so far, over all languages; the bars say it for each."""
        if self._bars is not None:
            return []
        total = sum(self._counts.values(), Counter[Status]())
        return [f"{total[status]} {status}" for status in (Status.BLOCKED, Status.FAILED) if total[status]]

    def _notes(self, language: str) -> str:
        counts = self._counts[language]
        shown = (Status.BLOCKED, Status.EMPTY, Status.FAILED)
        return "  ".join(f"{counts[status]} {status}" for status in shown if counts[status])

    def _say(self, text: str) -> None:
        if self._bars is not None:
            self._bars.console.print(text, markup=False, highlight=False)
        else:
            note(text)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
