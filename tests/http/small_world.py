"""A small run to collect: prompts, trials, targets that are already open, and a run folder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from langbias.collect import CollectReport, CollectSettings, Event, collect
from langbias.store import RunFolder, open_run
from langbias.targets.protocol import Pace, Source, TargetSpec
from langbias.types import (
    Environment,
    PlanSettings,
    Prompt,
    Provenance,
    Response,
    Run,
    Target,
    Trial,
)

KEY = "sk-live-0123456789abcdef"
QUICK = CollectSettings(first_delay=0.01, longest_delay=0.05, timeout=5.0, patience=20.0)


def spec(
    source: Source, *, id: str = "bot", secret_env: str | None = "BOT_KEY", pace: Pace | None = None
) -> TargetSpec:
    """A target that is already open."""
    target = Target(id, "test", "model", (), "127.0.0.1", secret_env)
    return TargetSpec(target, lambda: nullcontext(source), pace or Pace())


@dataclass
class World:
    """Prompts, trials and a run folder; `collect` runs one session over them."""

    path: Path
    specs: Sequence[TargetSpec]
    prompts: tuple[Prompt, ...]
    trials: tuple[Trial, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: {"BOT_KEY": KEY})
    events: list[Event] = field(default_factory=list)

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.path)

    def run(self) -> Run:
        return Run(
            id="run",
            schema_version=1,
            signature="langbias|test",
            corpus_version="1.0",
            corpus_digest="d",
            packs=(),
            targets=tuple(spec.target for spec in self.specs),
            plan=PlanSettings(("en",), ("s0",), "en", 1, 7),
            environment=Environment("0", "3", "linux", (), "2026-01-01T00:00:00Z"),
        )

    def collect(self, settings: CollectSettings = QUICK) -> CollectReport:
        with open_run(self.path, self.run(), self.trials) as (_, log):
            return asyncio.run(
                collect(
                    self.trials,
                    self.prompts,
                    self.specs,
                    log,
                    settings,
                    on_event=self.events.append,
                    environment=self.environment,
                )
            )

    def responses(self) -> list[Response]:
        return list(self.folder.responses())

    def stored_bytes(self) -> bytes:
        """Everything in the run folder, for looking for what must not be there."""
        return b"".join(path.read_bytes() for path in sorted(self.path.rglob("*")) if path.is_file())


def make_world(
    path: Path,
    *specs: TargetSpec,
    languages: Sequence[str] = ("en",),
    scenarios: int = 1,
    turns: int = 1,
    repeats: int = 1,
) -> World:
    provenance = Provenance("test", "authored", "2026-01-01", "CC0")
    prompts = tuple(
        Prompt(
            id=f"s{scenario}/{language}/base",
            scenario_id=f"s{scenario}",
            language=language,
            variant="base",
            register="casual",
            turns=tuple(f"turn {turn} of s{scenario} in {language}" for turn in range(turns)),
            facts=(),
            provenance=provenance,
        )
        for scenario in range(scenarios)
        for language in languages
    )
    trials = tuple(
        Trial(f"{spec.target.id}-{prompt.id}-{repeat}".replace("/", "-"), prompt.id, spec.target.id, repeat, 7 + repeat)
        for spec in specs
        for prompt in prompts
        for repeat in range(repeats)
    )
    return World(path, specs, prompts, trials)
