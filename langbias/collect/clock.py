"""The clock as an argument: it decides when to ask, and stamps what came back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`monotonic` in seconds from any zero; `now` in seconds since 1970."""

    monotonic: Callable[[], float]
    now: Callable[[], float]

    def stamp(self) -> str:
        """The time of day as ISO 8601 in UTC, to the millisecond."""
        moment = datetime.fromtimestamp(self.now(), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


SYSTEM_CLOCK = Clock(time.monotonic, time.time)
