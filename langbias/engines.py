"""Where work runs: in this process, in worker processes, on Dask or on Ray. One function, the same results in order."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from multiprocessing import get_context
from typing import Any, TypeVar

from langbias.errors import MissingExtraError

Task = TypeVar("Task")
Result = TypeVar("Result")

# Tasks under way per worker: enough to keep it busy, little to hold.
_AHEAD = 4


class Engine(StrEnum):
    """`dask` and `ray` start two or more workers here, or use the cluster that DASK_SCHEDULER_ADDRESS or RAY_ADDRESS
    names; its machines need the same langbias.
    """

    local = "local"
    dask = "dask"
    ray = "ray"


# Submits one task, and returns how to wait for its result.
_Submit = Callable[[Any], Callable[[], Any]]


def in_order(
    function: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int = 1, engine: Engine = Engine.local
) -> Iterator[Result]:
    """`function` of every task, in the order of the tasks. Streams: a few tasks per worker are held at a time.

    `function` must be importable by name. Raises MissingExtraError when the engine is not installed, and what
    `function` raises.
    """
    if engine is Engine.local and workers <= 1:
        yield from map(function, tasks)
        return
    with _ENGINES[engine](function, workers) as submit:
        waiting: deque[Callable[[], Result]] = deque()
        for task in tasks:
            waiting.append(submit(task))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


@contextmanager
def _local(function: Callable[[Any], Any], workers: int) -> Iterator[_Submit]:
    # Threads of the morphology and detection libraries do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield lambda task: pool.submit(function, task).result


@contextmanager
def _dask(function: Callable[[Any], Any], workers: int) -> Iterator[_Submit]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as problem:
        raise MissingExtraError("--engine dask needs Dask; install it: pip install 'langbias[dask]'") from problem
    start: Any = Client
    begin: Any = LocalCluster
    if "DASK_SCHEDULER_ADDRESS" in os.environ:
        with start() as client:
            yield lambda task: client.submit(function, task, pure=False).result
        return
    with (
        begin(n_workers=workers, threads_per_worker=1, dashboard_address=None, memory_limit=0) as cluster,
        start(cluster) as client,
    ):
        yield lambda task: client.submit(function, task, pure=False).result


@contextmanager
def _ray(function: Callable[[Any], Any], workers: int) -> Iterator[_Submit]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # the coming default; silences its announcement
    try:
        import ray
    except ImportError as problem:
        raise MissingExtraError("--engine ray needs Ray; install it: pip install 'langbias[ray]'") from problem
    here = "RAY_ADDRESS" not in os.environ
    where: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False} if here else {}
    ray.init(log_to_driver=False, logging_level=logging.ERROR, **where)
    try:
        remote = ray.remote(function)

        def submit(task: Any) -> Callable[[], Any]:
            reference = remote.remote(task)
            return lambda: ray.get(reference)

        yield submit
    finally:
        ray.shutdown()


_ENGINES: dict[Engine, Callable[[Callable[[Any], Any], int], AbstractContextManager[_Submit]]] = {
    Engine.local: _local,
    Engine.dask: _dask,
    Engine.ray: _ray,
}
