"""Run checks over responses: one at a time, in order, in this process or in several workers. Never the network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from langbias.checks.context import CheckContext
from langbias.engines import Engine, in_order
from langbias.errors import UsageError
from langbias.packs import load_pack
from langbias.packs.loading import load_morphology, resolve_tag
from langbias.registry import load_check
from langbias.results import no_measures
from langbias.types import CheckResult, Expectation, Fact, Outcome, Response

# Responses per message to a worker.
_BATCH = 32


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One response with all that the checks may know about it. `language` is what the reply should be in."""

    id: str
    language: str
    response: Response
    turns: tuple[str, ...] = ()
    earlier_replies: tuple[str, ...] = ()
    region: str | None = None
    register: str = "chat"
    facts: tuple[Fact, ...] = ()
    expectation: Expectation | None = None
    scenario_id: str = ""
    target_id: str = ""
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Scored:
    """An item and its results, in the order of the checks."""

    item: ScoreItem
    results: tuple[CheckResult, ...]


def score_item(item: ScoreItem, checks: Sequence[str], today: str) -> Scored:
    """All `checks` on one response. A check that breaks gives outcome `error`; a language without a pack, `abstain`."""
    try:
        context = _context(item, today)
    except UsageError as problem:
        return Scored(item, tuple(_undecided(item, name, Outcome.ABSTAIN, str(problem)) for name in checks))
    return Scored(item, tuple(_run(name, item, context) for name in checks))


def _context(item: ScoreItem, today: str) -> CheckContext:
    pack = load_pack(item.language)
    morphology = load_morphology(resolve_tag(item.language))
    return CheckContext(
        pack=pack,
        turns=item.turns,
        earlier_replies=item.earlier_replies,
        region=item.region,
        register="edited" if item.register == "edited" else "chat",
        facts=item.facts,
        expectation=item.expectation,
        today=today,
        analyse=morphology.analyse if morphology else None,
    )


def _run(name: str, item: ScoreItem, context: CheckContext) -> CheckResult:
    check = load_check(name)
    try:
        return check(item.response, context)
    except TimeoutError:
        return _undecided(item, name, Outcome.ERROR, "a pattern ran into its time limit on this reply")
    except Exception as problem:  # a defect of one check on one reply must not lose the others
        return _undecided(item, name, Outcome.ERROR, f"the check broke: {type(problem).__name__}: {problem}")


def _undecided(item: ScoreItem, name: str, outcome: Outcome, reason: str) -> CheckResult:
    return CheckResult(item.response.trial_id, item.response.turn, name, outcome, reason, no_measures(name))


def score(
    items: Iterable[ScoreItem],
    checks: Sequence[str],
    *,
    today: str,
    workers: int = 1,
    engine: Engine = Engine.local,
) -> Iterator[Scored]:
    """Score `items` in order. `today` (ISO 8601) dates the resource registry; `workers` > 1 uses processes.

    Streams: at most a few batches per worker are held at a time.
    """
    if workers <= 1 and engine is Engine.local:
        for item in items:
            yield score_item(item, checks, today)
        return
    batches = (_Batch(tuple(batch), tuple(checks), today) for batch in _batches(items))
    for scored in in_order(_score_batch, batches, workers=workers, engine=engine):
        yield from scored


@dataclass(frozen=True, slots=True)
class _Batch:
    items: tuple[ScoreItem, ...]
    checks: tuple[str, ...]
    today: str


def _batches(items: Iterable[ScoreItem]) -> Iterator[list[ScoreItem]]:
    source = iter(items)
    while batch := list(islice(source, _BATCH)):
        yield batch


def _score_batch(batch: _Batch) -> list[Scored]:
    return [score_item(item, batch.checks, batch.today) for item in batch.items]


def default_workers() -> int:
    """Worker processes by default: the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
