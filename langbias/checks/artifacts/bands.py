"""Orthography notes: which of two usages a reply keeps to, as a band. Never a fault: natives differ too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from langbias.packs.artifacts import Band, Step
from langbias.rules import find_all
from langbias.types import Span


def band_of(band: Band, text: str) -> tuple[Step, Span] | None:
    """The step that `text` stands on, and where the rarer usage begins; None under `band.least` places.

    Raises TimeoutError when a pattern runs over its time limit.
    """
    unit, marked = _patterns(band)
    found = find_all(unit, text)
    if len(found) < band.least:
        return None
    of_the_kind = [span for span in found if marked.fullmatch(text, span.start, span.end)]
    others = [span for span in found if span not in set(of_the_kind)]
    share = len(of_the_kind) / len(found)
    step = max((step for step in band.step if step.at_least <= share), key=lambda step: step.at_least)
    return step, min((of_the_kind, others), key=lambda spans: len(spans) or len(text))[0]


def notes(bands: tuple[tuple[str, Band], ...], text: str) -> Iterator[tuple[str, str, Span]]:
    """(full id, message, span) of each band of which `text` stands on a step with something to say."""
    for full_id, band in bands:
        found = band_of(band, text)
        if found and found[0].message:
            yield full_id, found[0].message, found[1]


@lru_cache(maxsize=256)
def _patterns(band: Band) -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    return regex.compile(band.unit, regex.VERSION1), regex.compile(band.marked, regex.VERSION1)


def band_problems(full_id: str, band: Band) -> list[str]:
    """What is wrong with a band by its own examples; an empty list when nothing is."""
    problems = []
    if min(step.at_least for step in band.step) != 0:
        problems.append("no step begins at 0")
    for example in band.example:
        found = band_of(band, example.text)
        name = found[0].name if found else None
        if name != (example.step or None):
            problems.append(f"example stands on {name}, not on {example.step}: {example.text!r}")
    missing = {step.name for step in band.step} - {example.step for example in band.example}
    problems += [f"step {name!r} has no example" for name in sorted(missing)]
    return [f"{full_id}: {problem}" for problem in problems]
