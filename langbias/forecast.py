"""What a plan could show, before anything is sent. What it will take stands in budget.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langbias.corpus import load_corpus
from langbias.stats.bias_pairs import LEAST_SCENARIOS
from langbias.stats.power import ALPHA, Design, gate_passes, smallest_gap
from langbias.stats.where import units_of
from langbias.types import BASE, Dimension, Prompt

if TYPE_CHECKING:
    from langbias.audit import Plan

MARGINS = (0.05, 0.10)


@dataclass(frozen=True, slots=True)
class LanguageForecast:
    """One language: its `scenarios` shared with the baseline, calls, and the smallest gap (share) it could show with
    80 % power: `alone`, and `corrected` by Holm over all languages. None where no gap could be found.
    """

    language: str
    scenarios: int
    calls: int
    alone: float | None
    corrected: float | None


@dataclass(frozen=True, slots=True)
class PersonaForecast:
    """Two personas, as words name them, and the scenarios in which both are asked: the least over the languages."""

    dimension: Dimension
    words: tuple[str, str]
    scenarios: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """A whole plan; `independent` counts twins as one. `gate`: (margin, chance that one language passes, chance that
    all do) when a release changed nothing. `personas`: the pairs that would be compared.
    """

    scenarios: int
    independent: int
    repeats: int
    calls: int
    languages: tuple[LanguageForecast, ...]
    gate: tuple[tuple[float, float, float], ...]
    personas: tuple[PersonaForecast, ...] = ()


def forecast(plan: Plan) -> Forecast:
    """Reckon what a plan could show."""
    settings = plan.run.plan
    calls = plan.turns_per_language()
    counted = [prompt for prompt in plan.prompts if prompt.variant == BASE]
    units = units_of(plan.scenarios)
    asked = {tag: {units[p.scenario_id] for p in counted if p.language == tag} for tag in settings.languages}
    base = asked.get(settings.baseline, set())
    others = [tag for tag in settings.languages if tag != settings.baseline]
    rows = []
    for tag in settings.languages:
        shared = len(asked[tag] & base)
        design = Design(shared, settings.repeats, len(others))
        gaps = (None, None) if tag == settings.baseline else _gaps(design)
        rows.append(LanguageForecast(tag, shared, calls[tag], *gaps))
    design = Design(len(base), settings.repeats, len(others))
    gate = [(margin, gate_passes(design, margin)) for margin in MARGINS]
    return Forecast(
        scenarios=len(settings.scenarios),
        independent=len({units[name] for name in settings.scenarios}),
        repeats=settings.repeats,
        calls=sum(calls.values()),
        languages=tuple(rows),
        gate=tuple((margin, one, one ** len(settings.languages)) for margin, one in gate),
        personas=tuple(_personas(plan.prompts)),
    )


def _personas(prompts: Sequence[Prompt]) -> Iterator[PersonaForecast]:
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for prompt in prompts:
        asked[prompt.variant, prompt.language].add(prompt.scenario_id)
    languages = {prompt.language for prompt in prompts}
    for pair in load_corpus().persona_pairs:
        both = [len(asked[pair.first, tag] & asked[pair.second, tag]) for tag in languages]
        if any(both):
            yield PersonaForecast(pair.dimension, pair.words, min(n for n in both if n))


def _gaps(design: Design) -> tuple[float | None, float | None]:
    return smallest_gap(design), smallest_gap(design, ALPHA / max(design.comparisons, 1))


def forecast_sentences(found: Forecast) -> tuple[str, ...]:
    """The lines that `langbias plan` prints under its table."""
    lines = []
    seen = [row.corrected for row in found.languages if row.corrected is not None]
    if seen:
        lines.append(
            f"gaps under about {max(seen) * 100:.0f} points would mostly go unseen (80 % power near 90 % passing,"
            " corrected over languages)"
        )
    else:
        lines.append("this plan is too small to find any gap with 80 % power; take more scenarios or repeats")
    for margin, one, everything in found.gate:
        lines.append(
            f"a release that changed nothing passes `no drop over {margin * 100:.0f} points` in {one:.0%} of runs per"
            f" language, in {everything:.0%} for all {len(found.languages)} languages together"
        )
    if found.personas:
        lines.append(f"personas compared: {', '.join(_pair(pair) for pair in found.personas)}")
    if any(pair.scenarios < LEAST_SCENARIOS for pair in found.personas):
        lines.append(
            f"a pair of personas needs {LEAST_SCENARIOS} scenarios to show a difference, and more beside other pairs;"
            " try --scenarios all"
        )
    return tuple(lines)


def _pair(pair: PersonaForecast) -> str:
    noun = "scenario" if pair.scenarios == 1 else "scenarios"
    return f"{pair.words[0]} and {pair.words[1]} ({pair.scenarios} {noun})"
