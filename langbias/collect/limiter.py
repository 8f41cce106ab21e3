"""How many requests a target gets at once, and how soon after one another."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from langbias.collect.clock import Clock

_CUT = 0.8
# While nobody complains, two more slots each millisecond. A full house answers 429 in less than a real reply takes, so
# this finds the limit within the first round trip; and requests that start apart come back apart, not in clumps.
_RAMP_SECONDS = 0.001
_RAMP_SLOTS = 2
_FIRST_GUESS = 300.0  # tokens of a request and its reply, until the first answers tell
_LEARNING = 0.2


class TargetStoppedError(Exception):
    """The target was given up while this request was waiting for its turn."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to send one request: when it starts, and how many tokens were set aside for it."""

    started: float
    tokens: float


class Limiter:
    """One target's slots. AIMD: from `first` slots, two more each millisecond until the first 429, then 1/limit more.

    A 429 takes a fifth of the slots away, once for all requests that were under way together (they saw the same full
    house), and the whole target rests as long as the server asks. Requests and tokens per minute are spaced evenly.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        first: int,
        most: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
    ) -> None:
        self._clock = clock
        self._limit = float(min(first, most))
        self._most = most
        self._active = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._ramping = True
        self._growing = False
        self._cut_at = float("-inf")
        self._resting_until = float("-inf")
        self._interval = 60 / requests_per_minute if requests_per_minute else 0.0
        self._next_start = float("-inf")
        self._token_rate = tokens_per_minute / 60 if tokens_per_minute else None
        self._expected_tokens = _FIRST_GUESS
        self._next_tokens = float("-inf")
        self._stopped = asyncio.Event()

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return int(self._limit)

    async def acquire(self) -> Grant:
        """Wait for a slot and for the pace. Release the slot afterwards.

        Raises TargetStoppedError once the target is stopped.
        """
        await self._take_slot()
        tokens = self._expected_tokens
        try:
            await self._keep_pace()
        except BaseException:
            self.release()
            raise
        return Grant(self._clock.monotonic(), tokens)

    async def _take_slot(self) -> None:
        if self._stopped.is_set():
            raise TargetStoppedError
        if self._active < self.limit and not self._waiting:
            self._active += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if self._ramping and not self._growing:
            self._growing = True
            self._grow_later()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release()  # the slot was given in the same moment
            raise

    def _grow_later(self) -> None:
        asyncio.get_running_loop().call_later(_RAMP_SECONDS, self._grow)

    def _grow(self) -> None:
        self._growing = self._ramping and bool(self._waiting) and self._limit < self._most
        if self._growing:
            self._limit = min(float(self._most), self._limit + _RAMP_SLOTS)
            self._wake()
            self._grow_later()

    async def _keep_pace(self) -> None:
        start = now = self._clock.monotonic()
        if self._interval:
            start = max(now, self._next_start)
            self._next_start = start + self._interval
        if self._token_rate:
            start = max(start, self._next_tokens)
            self._next_tokens = max(now, self._next_tokens) + self._expected_tokens / self._token_rate
        while (wait := max(start, self._resting_until) - self._clock.monotonic()) > 0:
            await self.sleep(wait)

    def release(self) -> None:
        """Give the slot back."""
        self._active -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self._active < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._active += 1
                turn.set_result(None)

    def answered(self, grant: Grant, tokens: int | None) -> None:
        """A request got its answer, which cost so many tokens."""
        if not self._ramping and self._limit < self._most:
            self._limit = min(float(self._most), self._limit + 1 / self._limit)
            self._wake()
        if self._token_rate and tokens is not None:
            self._next_tokens += (tokens - grant.tokens) / self._token_rate
            self._expected_tokens += _LEARNING * (tokens - self._expected_tokens)

    def throttled(self, grant: Grant, rest: float | None) -> None:
        """The server said: too many requests. `rest` is how many seconds it asks for."""
        self._ramping = False
        now = self._clock.monotonic()
        if grant.started > self._cut_at:
            self._limit = max(1.0, self._limit * _CUT)
            self._cut_at = now
        if rest is not None:
            self.rest(rest)

    def rest(self, seconds: float) -> None:
        """Start nothing for so long."""
        self._resting_until = max(self._resting_until, self._clock.monotonic() + seconds)

    async def sleep(self, seconds: float) -> None:
        """Sleep, holding no slot. Raises TargetStoppedError as soon as the target is stopped."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return
        raise TargetStoppedError

    def stop(self) -> None:
        """Let nobody start any more; requests under way may finish."""
        self._stopped.set()
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(TargetStoppedError())
        self._waiting.clear()

    @property
    def stopped(self) -> bool:
        """Whether the target was given up."""
        return self._stopped.is_set()
