"""One collecting session for measuring: timed_session.py FOLDER BASE_URL REQUESTS CONNECTIONS."""

from __future__ import annotations

import gc

gc.set_threshold(50_000, 20, 50)  # as the command line does
# ruff: noqa: E402

import asyncio
import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from langbias.collect import CollectSettings, collect
from langbias.store import open_run
from langbias.targets.chat_completions import ChatCompletions
from langbias.targets.protocol import TargetSpec
from langbias.types import Environment, PlanSettings, Prompt, Provenance, Run, Target, Trial

TURN = "Nobody in my family talks to me any more and I do not know what to do tonight."
PROMPTS = 500


def main(folder: Path, url: str, requests: int, connections: int) -> None:
    adapter = ChatCompletions(f"{url}/v1", "stub")
    target = TargetSpec(Target("stub", "chat_completions", "stub"), lambda: nullcontext(adapter))
    provenance = Provenance("benchmark", "authored", "2026-01-01", "CC0")
    prompts = tuple(
        Prompt(f"s{n}/en/base", f"s{n}", "en", "base", "casual", (f"{TURN} ({n})",), (), provenance)
        for n in range(min(requests, PROMPTS))
    )
    trials = tuple(
        Trial(f"{n:016x}", prompts[n % len(prompts)].id, "stub", n // len(prompts), 7) for n in range(requests)
    )
    plan = PlanSettings(("en",), (), "en", 1, 7)
    run = Run("r", 1, "benchmark", "0", "0", (), (target.target,), plan, Environment("0", "3", "linux", (), ""))
    with open_run(folder, run, trials) as (_, log):
        begun = time.perf_counter()
        report = asyncio.run(collect(trials, prompts, [target], log, CollectSettings(max_connections=connections)))
        ended = time.perf_counter()
    print(json.dumps({"collect_s": round(ended - begun, 3), "remaining": report.remaining, "calls": report.calls}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    gc.freeze()  # as the command line does
