"""One target during one session: its queue, its pace, and when it is given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from langbias.collect.limiter import Limiter
from langbias.collect.secrets import Secret
from langbias.collect.settings import CollectSettings
from langbias.targets.protocol import Adapter, Fault, Recording, TargetSpec
from langbias.types import Prompt, Response, Trial


@dataclass(frozen=True, slots=True)
class Job:
    """A conversation to hold, and the turns of it that an earlier session stored."""

    trial: Trial
    prompt: Prompt
    begun: tuple[Response, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A fatal answer, kept back: it is stored only when it turns out to concern its prompt alone."""

    job: Job
    response: Response
    fault: Fault


@dataclass(slots=True)
class Lane:
    """Either `adapter` or `recording` answers. `answered`: whether the target has ever given a reply in this run."""

    spec: TargetSpec
    adapter: Adapter | None
    recording: Recording | None
    secret: Secret | None
    limiter: Limiter
    jobs: Iterator[Job]
    answered: bool
    held: list[Held] = field(default_factory=list)
    identical: int = 0
    failures_in_a_row: int = 0
    stop_reason: str | None = None
    unrecorded: int = 0

    def holds_back(self, fault: Fault | None) -> bool:
        """Whether an answer with this fault may be about the target and not about the prompt."""
        return fault in (Fault.FATAL, Fault.FORBIDDEN, Fault.UNREACHABLE) or (
            fault is Fault.REQUEST and not self.answered
        )

    def hold(self, held: Held, settings: CollectSettings) -> None:
        """Keep a fatal answer back, and give the target up after `fatal_limit` identical ones in a row."""
        same = bool(self.held) and _kind(self.held[-1]) == _kind(held)
        self.identical = self.identical + 1 if same else 1
        self.held.append(held)
        if self.identical >= settings.fatal_limit:
            self.stop(held.response.error or str(held.fault))

    def release_held(self) -> list[Held]:
        """The answers held back, now known to be about their prompts."""
        released, self.held, self.identical = self.held, [], 0
        return released

    def count_outcome(self, failed: bool, cause: str | None, settings: CollectSettings) -> None:
        """Note that a turn was stored; an endless row of failures is an outage."""
        if not failed:
            self.answered = True
            self.failures_in_a_row = 0
            return
        self.failures_in_a_row += 1
        if self.failures_in_a_row >= settings.outage_limit:
            self.stop(f"the last {self.failures_in_a_row} turns all failed in spite of retries ({cause})")

    def end(self) -> list[Held]:
        """Close the lane; returns held answers to store. Those about the target itself are dropped."""
        if self.stop_reason is None and self.held:
            last = self.held[-1]
            about_target = last.fault in (Fault.FATAL, Fault.UNREACHABLE) or not self.answered
            if about_target:
                self.stop(last.response.error or str(last.fault))
        if self.stop_reason is not None:
            self.held.clear()
        return self.release_held()

    def stop(self, reason: str) -> None:
        """Give the target up; requests under way may finish."""
        if self.stop_reason is None:
            self.stop_reason = reason
        self.limiter.stop()


def _kind(held: Held) -> tuple[Fault, int | None]:
    return held.fault, held.response.http_status
