"""What a plan will still take: calls counted, tokens, price and time measured from the replies that the run holds.

Nothing is guessed: without a stored reply (`--probe K` asks for K of each language) tokens and time are unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from langbias.audit import Plan
from langbias.collect.prices import Price, PriceTable
from langbias.store import RunFolder
from langbias.types import Response, Status, Trial


@dataclass(frozen=True, slots=True)
class Share:
    """One target in one language: `calls` still to make, and what they take, measured from `measured` replies.

    Tokens, `seconds` (of waiting, added up) and `cost` are None where no reply tells.
    """

    target_id: str
    language: str
    calls: int
    measured: int
    prompt_tokens: float | None
    completion_tokens: float | None
    seconds: float | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class Budget:
    """All that is left of a plan. `wall_seconds`, `cost` and tokens are None when any share of them is unknown.

    `unpriced`: targets without an entry in the price table.
    """

    shares: tuple[Share, ...]
    calls: int
    prompt_tokens: float | None
    completion_tokens: float | None
    cost: float | None
    wall_seconds: float | None
    unpriced: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    turns: int = 0
    told: int = 0
    prompt: int = 0
    completion: int = 0
    timed: int = 0
    milliseconds: float = 0.0

    def add(self, response: Response) -> None:
        usage = response.usage
        self.turns += 1
        if usage and usage.prompt_tokens is not None and usage.completion_tokens is not None:
            self.told += 1
            self.prompt += usage.prompt_tokens
            self.completion += usage.completion_tokens
        if response.latency_ms is not None:
            self.timed += 1
            self.milliseconds += response.latency_ms


def budget(plan: Plan, prices: PriceTable, max_connections: int) -> Budget:
    """Reckon what is left of `plan`. Its folder need not exist. Raises RunFolderError when the folder is damaged."""
    prompts = {prompt.id: prompt for prompt in plan.prompts}
    trials = {trial.id: trial for trial in plan.trials}
    seen: dict[tuple[str, str], _Seen] = {}
    left: Counter[tuple[str, str]] = Counter()
    for trial in plan.trials:
        prompt = prompts[trial.prompt_id]
        left[trial.target_id, prompt.language] += len(prompt.turns)
    folder = RunFolder(plan.path)
    for response in folder.responses() if folder.exists() else ():
        found = trials.get(response.trial_id)
        if found is None or response.status is Status.FAILED:
            continue
        key = (found.target_id, prompts[found.prompt_id].language)
        left[key] -= 1
        seen.setdefault(key, _Seen()).add(response)
    by_id = {spec.target.id: spec for spec in plan.targets}
    shares = tuple(
        _share(*key, calls, seen.get(key, _Seen()), prices.of(by_id[key[0]].target)) for key, calls in left.items()
    )
    return Budget(
        shares=shares,
        calls=sum(share.calls for share in shares),
        prompt_tokens=_sum([share.prompt_tokens for share in shares]),
        completion_tokens=_sum([share.completion_tokens for share in shares]),
        cost=_sum([share.cost for share in shares]),
        wall_seconds=_wall(plan, shares, max_connections),
        unpriced=tuple(name for name, spec in by_id.items() if prices.of(spec.target) is None),
    )


def _share(target_id: str, language: str, calls: int, seen: _Seen, price: Price | None) -> Share:
    prompt = completion = cost = None
    if calls == 0:
        prompt = completion = 0.0
    elif seen.told:
        prompt, completion = calls * seen.prompt / seen.told, calls * seen.completion / seen.told
    if price is not None and prompt is not None and completion is not None:
        cost = price.of(prompt, completion)
    seconds = 0.0 if calls == 0 else calls * seen.milliseconds / seen.timed / 1000 if seen.timed else None
    return Share(target_id, language, calls, seen.turns, prompt, completion, seconds, cost)


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _wall(plan: Plan, shares: tuple[Share, ...], max_connections: int) -> float | None:
    """Targets are asked side by side, each at its own pace: the slowest decides."""
    longest = 0.0
    for spec in plan.targets:
        own = [share for share in shares if share.target_id == spec.target.id]
        waiting = _sum([share.seconds for share in own])
        if waiting is None:
            return None
        calls = sum(share.calls for share in own)
        seconds = waiting / max(1, min(spec.pace.max_connections or max_connections, calls))
        if spec.pace.requests_per_minute:
            seconds = max(seconds, 60 * calls / spec.pace.requests_per_minute)
        tokens = _sum([t for share in own for t in (share.prompt_tokens, share.completion_tokens)])
        if spec.pace.tokens_per_minute and tokens is not None:
            seconds = max(seconds, 60 * tokens / spec.pace.tokens_per_minute)
        longest = max(longest, seconds)
    return longest


def probe_trials(plan: Plan, replies: int) -> tuple[Trial, ...]:
    """The first conversations of every target and language, in the order of the plan, that come to `replies` turns."""
    prompts = {prompt.id: prompt for prompt in plan.prompts}
    turns: Counter[tuple[str, str]] = Counter()
    chosen = []
    for trial in plan.trials:
        prompt = prompts[trial.prompt_id]
        if turns[trial.target_id, prompt.language] < replies:
            turns[trial.target_id, prompt.language] += len(prompt.turns)
            chosen.append(trial)
    return tuple(chosen)


def budget_lines(found: Budget, prices: PriceTable) -> Iterator[str]:
    """What `langbias plan` and `--dry-run` say about it."""
    measured = sum(share.measured for share in found.shares)
    basis = f"measured from {measured} stored replies" if measured else ""
    yield f"still to ask: {found.calls:,} requests, if none has to be repeated"
    if found.prompt_tokens is None or found.completion_tokens is None:
        unknown = sorted({f"{s.target_id} {s.language}" for s in found.shares if s.prompt_tokens is None})
        where = "" if len(unknown) == len(found.shares) else f" for {', '.join(unknown)}"
        why = "the target reports none" if measured else "ask a few replies of each language with --probe 2"
        yield f"tokens: unknown{where}; {why}"
    else:
        yield f"tokens: {found.prompt_tokens:,.0f} sent, {found.completion_tokens:,.0f} received ({basis})"
    if found.unpriced:
        yield f"price: unknown; prices.toml has none for {', '.join(found.unpriced)}"
    elif found.cost is None:
        yield "price: unknown, as the tokens are"
    else:
        yield f"price: {found.cost:,.4f} {prices.currency} (by the price table of {prices.as_of})"
    if found.wall_seconds is None:
        yield "time: unknown until a reply of each language has been timed"
    else:
        yield f"time: about {_duration(found.wall_seconds)} ({basis or 'nothing is left to ask'})"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
