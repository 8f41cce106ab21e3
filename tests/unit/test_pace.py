"""The limiter and what servers say about their limits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from langbias.collect.clock import Clock
from langbias.collect.limiter import Grant, Limiter, TargetStoppedError
from langbias.collect.rate_limits import asked_wait, exhausted_wait

NOW = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT"}, 30),
        ({"retry-after": "Thu, 01 Jan 2025 00:00:30 GMT"}, 0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_retry_after(headers, seconds):
    assert asked_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "9s"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms"}, 0.12),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h1m1.5s"}, 3661.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "7"}, 7),
        ({"x-ratelimit-remaining-tokens": "0"}, None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "later"}, None),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:05Z",
                "anthropic-ratelimit-tokens-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2026-01-01T00:00:09Z",
            },
            9,
        ),
    ],
)
def test_exhausted_allowances(headers, seconds):
    assert exhausted_wait(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


class FakeTime:
    """A monotonic clock that stands still unless moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.now)


def run(coroutine):
    return asyncio.run(coroutine)


def test_slots_grow_by_the_millisecond_until_the_first_429_then_by_one_a_round():
    async def story():
        time = FakeTime()
        limiter = Limiter(time.clock(), first=4, most=100)
        grants = [await limiter.acquire() for _ in range(4)]
        assert limiter.limit == 4, "nobody waits, so nothing grows"
        grants += await asyncio.gather(*(limiter.acquire() for _ in range(8)))
        assert limiter.limit == 12, "as many as were asked for, though nothing was answered yet"
        time.now += 1
        for grant in grants:
            limiter.throttled(grant, None)
            limiter.release()
        assert limiter.limit == 9, "one cut for all that were under way together: 12 x 0.8"
        time.now += 1
        for _ in range(10):
            limiter.answered(Grant(time.now, 0), None)
        assert limiter.limit == 10
        for _ in range(50):
            time.now += 1
            limiter.throttled(Grant(time.now, 0), None)
        assert limiter.limit == 1, "never below one"

    run(story())


def test_never_above_the_most():
    async def story():
        limiter = Limiter(FakeTime().clock(), first=16, most=5)
        assert limiter.limit == 5
        for _ in range(9):
            limiter.answered(Grant(0, 0), None)
        assert limiter.limit == 5

    run(story())


def test_a_released_slot_goes_to_the_one_who_waited_longest():
    async def story():
        limiter = Limiter(FakeTime().clock(), first=1, most=1)
        await limiter.acquire()
        order: list[int] = []

        async def wait(n):
            await limiter.acquire()
            order.append(n)
            limiter.release()

        tasks = [asyncio.create_task(wait(n)) for n in range(3)]
        await asyncio.sleep(0)
        limiter.release()
        await asyncio.gather(*tasks)
        assert order == [0, 1, 2]

    run(story())


def test_a_cancelled_wait_loses_no_slot():
    async def story():
        limiter = Limiter(FakeTime().clock(), first=1, most=1)
        await limiter.acquire()
        waiting = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(0)
        limiter.release()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.wait_for(limiter.acquire(), 1)

    run(story())


def test_stopping_wakes_all_who_wait_or_sleep():
    async def story():
        limiter = Limiter(FakeTime().clock(), first=1, most=1)
        await limiter.acquire()
        waiting = [asyncio.create_task(limiter.acquire()), asyncio.create_task(limiter.sleep(60))]
        await asyncio.sleep(0)
        limiter.stop()
        for task in waiting:
            with pytest.raises(TargetStoppedError):
                await asyncio.wait_for(task, 1)
        with pytest.raises(TargetStoppedError):
            await limiter.acquire()

    run(story())
