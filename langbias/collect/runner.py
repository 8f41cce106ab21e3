"""The session: workers take conversations from each target's queue, hold them turn by turn, and store every turn."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Never

from langbias.collect.backlog import CONTINUING, Backlog, backlog
from langbias.collect.clock import SYSTEM_CLOCK, Clock
from langbias.collect.events import (
    CollectReport,
    Event,
    Finished,
    Started,
    StatusCount,
    StoppedTarget,
    TargetStopped,
    TurnStored,
    Waiting,
)
from langbias.collect.lane import Held, Job, Lane
from langbias.collect.limiter import Limiter, TargetStoppedError
from langbias.collect.rate_limits import asked_wait, exhausted_wait
from langbias.collect.secrets import read_secret
from langbias.collect.settings import CollectSettings
from langbias.collect.transport import Network, exchange, open_network
from langbias.errors import LangbiasError, UsageError
from langbias.store.log import SYNC_SECONDS, ResponseLog
from langbias.targets.outcome import failed
from langbias.targets.protocol import (
    RETRIED,
    Adapter,
    Fault,
    HttpRequest,
    Message,
    Recording,
    Reply,
    RequestSettings,
    TargetSpec,
)
from langbias.types import Prompt, Response, Status, Trial


def _ignore(event: Event) -> None:
    del event


async def collect(
    trials: Sequence[Trial],
    prompts: Iterable[Prompt],
    targets: Sequence[TargetSpec],
    log: ResponseLog,
    settings: CollectSettings,
    *,
    clock: Clock = SYSTEM_CLOCK,
    on_event: Callable[[Event], None] = _ignore,
    environment: Mapping[str, str] = os.environ,
) -> CollectReport:
    """Ask every trial that `log` does not answer yet, and store each turn as it comes.

    Cancellation (Ctrl-C) keeps everything stored. A target that answers fatally is given up while the others go on; see
    `CollectReport.stopped`. Raises UsageError for a missing key or a trial without target, StoreError when the disk
    refuses (all stored before is kept), and whatever starting a local target raises.
    """
    known = {spec.target.id for spec in targets}
    for trial in trials:
        if trial.target_id not in known:
            raise UsageError(f"trial {trial.id} is for target {trial.target_id}, which is not among the targets given")
    work = backlog(trials, prompts, log.stored(), retry_failed=settings.retry_failed)
    waiting = work.open_targets()
    targets = [spec for spec in targets if spec.target.id in waiting]
    secrets = {spec.target.id: read_secret(spec.target, environment) for spec in targets}
    paces = {spec.target.id: spec.pace for spec in targets}
    connections = sum(pace.max_connections or settings.max_connections for pace in paces.values())
    with ExitStack() as opened:
        opened.enter_context(_plan_out_of_the_collectors_sight())
        lanes = []
        for spec in targets:
            source = opened.enter_context(spec.open())
            limiter = Limiter(
                clock,
                first=settings.first_connections,
                most=spec.pace.max_connections or settings.max_connections,
                requests_per_minute=spec.pace.requests_per_minute,
                tokens_per_minute=spec.pace.tokens_per_minute,
            )
            jobs = work.jobs(spec.target.id)
            answered = spec.target.id in work.answered_targets
            adapter, recording = (None, source) if isinstance(source, Recording) else (source, None)
            _require_system_prompt_fits(spec, adapter, settings)
            lanes.append(Lane(spec, adapter, recording, secrets[spec.target.id], limiter, jobs, answered))
        urls = [spec.base_url for spec in targets if spec.base_url]
        async with open_network(connections, settings.connect_timeout, urls) as network:
            return await _Session(network, log, settings, clock, on_event, work).run(lanes)


@contextlib.contextmanager
def _plan_out_of_the_collectors_sight() -> Iterator[None]:
    """A hundred thousand planned trials are no garbage; searching them for some halts every request for 0.1 s."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _require_system_prompt_fits(spec: TargetSpec, adapter: Adapter | None, settings: CollectSettings) -> None:
    if settings.system_prompt is not None and adapter is not None and not adapter.carries_system:
        raise UsageError(
            f"target {spec.target.id}: its body template has neither {{{{system}}}} nor {{{{messages}}}}, "
            "so it cannot carry --system-prompt; add one of them"
        )


class _Session:
    def __init__(
        self,
        network: Network,
        log: ResponseLog,
        settings: CollectSettings,
        clock: Clock,
        on_event: Callable[[Event], None],
        work: Backlog,
    ) -> None:
        self._network = network
        self._log = log
        self._settings = settings
        self._clock = clock
        self._on_event = on_event
        self._work = work
        self._calls = 0
        self._turns = 0
        self._ended: Counter[tuple[str, str, Status]] = Counter()
        self._max_calls_reached = False
        self._max_cost_reached = False
        self._cost = 0.0
        self._dearest = 0.0
        self._under_way = 0
        self._uncosted = 0
        self._lanes: Sequence[Lane] = ()

    async def run(self, lanes: Sequence[Lane]) -> CollectReport:
        self._lanes = lanes
        self._on_event(Started(self._work.counts()))
        ticker = asyncio.create_task(self._sync_regularly())
        try:
            async with asyncio.TaskGroup() as group:
                for lane in lanes:
                    group.create_task(self._run_lane(lane))
        except* LangbiasError as problems:
            raise _first(problems) from None
        finally:
            ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticker
            self._log.sync()
        report = self._report()
        self._on_event(Finished(report))
        return report

    async def _sync_regularly(self) -> None:
        """Rows of a slow target must not wait for the next row to be synced. A disk error shows on the next write."""
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            with contextlib.suppress(LangbiasError):
                self._log.sync_soon()

    async def _run_lane(self, lane: Lane) -> None:
        workers = lane.spec.pace.max_connections or self._settings.max_connections
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work_through(lane))
        for held in lane.end():
            self._store(lane, held.job, held.response)
        if lane.stop_reason is not None and not (self._max_calls_reached or self._max_cost_reached):
            self._on_event(TargetStopped(lane.spec.target.id, lane.stop_reason))

    async def _work_through(self, lane: Lane) -> None:
        for job in lane.jobs:
            if lane.limiter.stopped:
                return
            try:
                await self._converse(lane, job)
            except TargetStoppedError:
                return

    async def _converse(self, lane: Lane, job: Job) -> None:
        """Hold one conversation from its first open turn to its end."""
        messages = self._opening(job)
        for turn in range(len(job.begun), len(job.prompt.turns)):
            messages = (*messages, Message("user", job.prompt.turns[turn]))
            answer = await self._ask(lane, job, turn, messages)
            if answer is None:
                lane.unrecorded += 1
                return
            fault, response = answer
            if fault is not None and lane.holds_back(fault):
                lane.hold(Held(job, response, fault), self._settings)
                return
            if fault is None and lane.stop_reason is None:
                for held in lane.release_held():
                    self._store(lane, held.job, held.response)
            self._store(lane, job, response)
            lane.count_outcome(response.status is Status.FAILED, response.error, self._settings)
            if response.status not in CONTINUING:
                return
            messages = (*messages, Message("assistant", response.text))

    def _opening(self, job: Job) -> tuple[Message, ...]:
        system = self._settings.system_prompt
        messages = [Message("system", system)] if system is not None else []
        for response in job.begun:
            messages += [Message("user", job.prompt.turns[response.turn]), Message("assistant", response.text)]
        return tuple(messages)

    async def _ask(
        self, lane: Lane, job: Job, turn: int, messages: tuple[Message, ...]
    ) -> tuple[Fault | None, Response] | None:
        """One turn, with its retries. None: a recording has no reply to it."""
        if lane.recording is not None:
            recorded = lane.recording.answer(job.trial, job.prompt, turn)
            return None if recorded is None else (recorded.fault, self._response(lane, job, turn, recorded, 1, None))
        assert lane.adapter is not None
        if turn > 0 and not lane.adapter.carries_history:
            reply = failed(
                Fault.REQUEST, "the target's body template has no {{messages}}, so no second turn can be asked"
            )
            return reply.fault, self._response(lane, job, turn, reply, 0, None)
        request_settings = RequestSettings(self._settings.max_tokens, job.trial.seed)
        request = lane.adapter.request(messages, request_settings, lane.secret.value if lane.secret else None)
        deadline = self._clock.monotonic() + self._settings.patience
        attempt = 0
        while True:
            attempt += 1
            reply, wait, latency = await self._attempt(lane, lane.adapter, request)
            if not self._may_ask_again(reply.fault, attempt):
                break
            pause = max(wait or 0.0, self._delay(job.trial, attempt))
            if self._clock.monotonic() + pause > deadline:
                if wait is not None and wait > self._settings.patience:
                    reply = replace(reply, fault=Fault.FATAL, error=f"{reply.error}; asks to wait {wait:.0f} s")
                break
            self._on_event(Waiting(lane.spec.target.id, pause, reply.error or ""))
            await lane.limiter.sleep(pause)
        return reply.fault, self._response(lane, job, turn, reply, attempt, latency)

    def _may_ask_again(self, fault: Fault | None, attempt: int) -> bool:
        """A full house is waited out for as long as patience lasts; every other cause has its number of attempts."""
        most = self._settings.max_attempts
        return fault in RETRIED and (attempt < most or (fault is Fault.RATE_LIMIT and most > 1))

    async def _attempt(self, lane: Lane, adapter: Adapter, request: HttpRequest) -> tuple[Reply, float | None, float]:
        """One HTTP request inside one slot; returns the reply, the wait the server asks for, and seconds taken."""
        pace = lane.spec.pace
        grant = await lane.limiter.acquire()
        try:
            self._count_call()
        except TargetStoppedError:
            lane.limiter.release()
            raise
        self._under_way += 1
        try:
            reply, headers = await exchange(
                self._network,
                request,
                adapter,
                secret=lane.secret,
                timeout=pace.timeout or self._settings.timeout,
                most_bytes=self._settings.max_reply_bytes,
            )
        finally:
            self._under_way -= 1
            lane.limiter.release()
        latency = self._clock.monotonic() - grant.started
        now = self._clock.now()
        wait = reply.retry_after if reply.retry_after is not None else asked_wait(headers, now)
        patience = self._settings.patience
        if reply.fault is Fault.RATE_LIMIT:
            lane.limiter.throttled(grant, wait if wait is not None and wait <= patience else None)
        elif reply.fault is None:
            usage = reply.usage
            tokens = (usage.prompt_tokens or 0) + (usage.completion_tokens or 0) if usage else None
            lane.limiter.answered(grant, tokens)
            rest = exhausted_wait(headers, now)
            if rest is not None and rest <= patience:
                lane.limiter.rest(rest)
        return reply, wait, latency

    def _count_call(self) -> None:
        most = self._settings.max_calls
        if most is not None and self._calls >= most:
            self._max_calls_reached = True
            self._stop_asking()
        most_cost = self._settings.max_cost
        if most_cost is not None and self._cost + (self._under_way + 1) * self._dearest > most_cost:
            self._max_cost_reached = True
            self._stop_asking()
        self._calls += 1

    def _stop_asking(self) -> Never:
        for lane in self._lanes:
            lane.limiter.stop()
        raise TargetStoppedError

    def _add_cost(self, lane: Lane, response: Response) -> float | None:
        """What a turn cost. A ceiling that cannot be watched is no ceiling: such a target is given up."""
        price = self._settings.prices.get(lane.spec.target.id)
        cost = price.cost(response.usage) if price else None
        if cost is not None:
            self._cost += cost
            self._dearest = max(self._dearest, cost)
        elif price is not None and response.status is not Status.FAILED and lane.recording is None:
            self._uncosted += 1
            if self._settings.max_cost is not None:
                lane.stop("reports no token usage, so --max-cost cannot be watched; use --max-calls instead")
        return cost

    def _delay(self, trial: Trial, attempt: int) -> float:
        """Exponential back-off with a jitter of its own for every trial, the same in every run."""
        longest = min(self._settings.longest_delay, self._settings.first_delay * 2.0 ** (attempt - 1))
        return longest * (0.5 + 0.5 * random.Random(f"{trial.id}:{attempt}").random())

    def _response(
        self, lane: Lane, job: Job, turn: int, reply: Reply, attempts: int, latency: float | None
    ) -> Response:
        response = Response(
            trial_id=job.trial.id,
            turn=turn,
            status=reply.status,
            text=reply.text,
            finish_reason=reply.finish_reason,
            http_status=reply.http_status,
            latency_ms=None if latency is None else round(latency * 1000, 1),
            attempts=attempts,
            usage=reply.usage,
            model_reported=reply.model_reported,
            received_at=self._clock.stamp(),
            error=reply.error,
        )
        return lane.secret.hidden_in_response(response) if lane.secret else response

    def _store(self, lane: Lane, job: Job, response: Response) -> None:
        self._log.append(response)
        last = response.status not in CONTINUING or response.turn + 1 == len(job.prompt.turns)
        self._turns += 1
        if last:
            self._ended[lane.spec.target.id, job.prompt.language, response.status] += 1
        self._on_event(
            TurnStored(
                target_id=lane.spec.target.id,
                language=job.prompt.language,
                trial_id=response.trial_id,
                turn=response.turn,
                status=response.status,
                last=last,
                attempts=response.attempts,
                latency_ms=response.latency_ms,
                usage=response.usage,
                cost=self._add_cost(lane, response),
            )
        )

    def _report(self) -> CollectReport:
        planned, before, ended = len(self._work.trials), len(self._work.done), self._ended.total()
        return CollectReport(
            planned=planned,
            stored_before=before,
            conversations=ended,
            turns=self._turns,
            calls=self._calls,
            remaining=planned - before - ended,
            counts=tuple(StatusCount(*key, self._ended[key]) for key in sorted(self._ended)),
            stopped=tuple(
                StoppedTarget(lane.spec.target.id, lane.stop_reason)
                for lane in self._lanes
                if lane.stop_reason is not None
            ),
            unrecorded=sum(lane.unrecorded for lane in self._lanes),
            max_calls_reached=self._max_calls_reached,
            max_cost_reached=self._max_cost_reached,
            cost=self._cost,
            uncosted=self._uncosted,
        )


def _first(problems: BaseExceptionGroup[LangbiasError]) -> LangbiasError:
    """The first single error inside nested groups."""
    first = problems.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
