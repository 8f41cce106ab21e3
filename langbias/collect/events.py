"""What collecting tells while it runs, and at its end."""

from __future__ import annotations

from dataclasses import dataclass

from langbias.types import Status, Usage


@dataclass(frozen=True, slots=True)
class LanguageCount:
    """Conversations of one target in one language: planned in all, and stored before this session."""

    target_id: str
    language: str
    planned: int
    stored: int


@dataclass(frozen=True, slots=True)
class Started:
    """Before the first request."""

    counts: tuple[LanguageCount, ...]


@dataclass(frozen=True, slots=True)
class TurnStored:
    """A turn was stored. `last`: its conversation is over with it. `latency_ms` of the last attempt.

    `cost` by the prices of the settings; None where there is none or the target reported no usage.
    """

    target_id: str
    language: str
    trial_id: str
    turn: int
    status: Status
    last: bool
    attempts: int
    latency_ms: float | None
    usage: Usage | None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A turn will be asked again after `seconds`, for this cause."""

    target_id: str
    seconds: float
    cause: str


@dataclass(frozen=True, slots=True)
class TargetStopped:
    """A target was given up; the others go on."""

    target_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """After the last reply was stored and synced."""

    report: CollectReport


@dataclass(frozen=True, slots=True)
class StoppedTarget:
    """A target that was given up, and why, with the remedy."""

    target_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class StatusCount:
    """Conversations of one target and language that ended, in this session, with one status."""

    target_id: str
    language: str
    status: Status
    conversations: int


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What a session came to. `remaining`: conversations left for the next session; 0 means the run is complete.

    `cost`: what the replies of the session cost by the prices given; `uncosted` of its turns reported no usage.
    """

    planned: int
    stored_before: int
    conversations: int
    turns: int
    calls: int
    remaining: int
    counts: tuple[StatusCount, ...] = ()
    stopped: tuple[StoppedTarget, ...] = ()
    unrecorded: int = 0
    max_calls_reached: bool = False
    max_cost_reached: bool = False
    cost: float = 0.0
    uncosted: int = 0

    @property
    def complete(self) -> bool:
        """Whether every planned conversation is stored."""
        return self.remaining == 0


Event = Started | TurnStored | Waiting | TargetStopped | Finished
