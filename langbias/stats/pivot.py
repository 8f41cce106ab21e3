"""Does a target seem to write a language by way of English? How near its replies are to its translated English ones.

P = (C - R) / (W - R), from chrF++ of best-aligned sentences: W between the target's own replies to one prompt, C
between them and its English replies translated by itself, R between them and translations that answer another prompt.
Near 0: written on its own; near 1: as near to the translated English as to another reply of its own. It says "similar
to", never "was translated from": the same advice raises C without any pivoting, so P is read beside the bound found on
human controls. chrF differs by script: never compare raw values between languages. TER is not used (it stalls).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

import numpy as np

from langbias.text import sentences
from langbias.types import Estimate

LEAST_PROMPTS = 4
LEAST_REPLIES = 2
# Own replies must be this much nearer (chrF points) to each other than to another prompt's, or P divides by noise.
LEAST_SPREAD = 2.0
RESAMPLES = 2000
# Longest reply compared, in sentences: the comparison is quadratic.
SENTENCES = 40


@dataclass(frozen=True, slots=True)
class PivotPrompt:
    """`own`: the target's replies in the language, at least two; `translated`: its English replies, translated."""

    id: str
    own: tuple[str, ...]
    translated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Mean chrF++ (0-100): `within` own replies, `across` to translated ones, `floor` to another prompt's."""

    within: float
    across: float
    floor: float


@dataclass(frozen=True, slots=True)
class PivotResult:
    """`index` is P, None where it cannot be had; `reason` then says why. `similar` only with a control bound."""

    index: Estimate | None
    similar: bool | None
    reason: str


@lru_cache(maxsize=1)
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(word_order=2)


def chrf(text: str, reference: str) -> float:
    """chrF++ of two texts, 0-100 (Popović 2017, by sacrebleu; character 6-grams, word 2-grams, beta 2).

    In a script that writes no spaces the word part is naught on every side, and P, a ratio, stays what it is.
    """
    return float(_chrf().sentence_score(text, [reference]).score)


def aligned_chrf(text: str, other: str) -> float:
    """Mean over the sentences of `text`, long ones weighing more, of the chrF++ to their best match in `other`.

    Replies reorder things, so sentences are matched freely; a short one ("Rest.") shows little, so it weighs little.
    """
    ours, theirs = _sentences(text), _sentences(other)
    if not ours or not theirs:
        return 0.0
    best = [max(chrf(one, two) for two in theirs) for one in ours]
    return float(np.average(best, weights=[len(one) for one in ours]))


def _sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)[:SENTENCES]]


def likeness(prompt: PivotPrompt, other: PivotPrompt) -> Likeness:
    """The three means of `prompt`, the floor taken from the translations of `other`, another prompt."""
    return Likeness(
        within=float(np.mean([aligned_chrf(one, two) for one, two in permutations(prompt.own, 2)])),
        across=float(np.mean([aligned_chrf(one, two) for one in prompt.own for two in prompt.translated])),
        floor=float(np.mean([aligned_chrf(one, two) for one in prompt.own for two in other.translated])),
    )


def pivot_index(prompts: Sequence[PivotPrompt], *, seed: int, control_bound: float | None = None) -> PivotResult:
    """P over `prompts` with a bootstrap interval over prompts.

    `control_bound` is the upper bound of P found on human-written controls; the replies are called similar when the
    lower end of the interval exceeds it.
    """
    usable = [prompt for prompt in prompts if len(prompt.own) >= LEAST_REPLIES and prompt.translated]
    if len(usable) < LEAST_PROMPTS:
        return PivotResult(None, None, f"{len(usable)} usable prompts; at least {LEAST_PROMPTS} are needed")
    found = [likeness(prompt, usable[at - 1]) for at, prompt in enumerate(usable)]
    rows = np.array([(one.within, one.across, one.floor) for one in found])
    spread = float(rows[:, 0].mean() - rows[:, 2].mean())
    if spread < LEAST_SPREAD:
        return PivotResult(
            None, None, "own replies are no nearer to each other than to another prompt's: P is undefined"
        )
    draws = np.random.default_rng(seed).integers(0, len(rows), (RESAMPLES, len(rows)))
    within, across, floor = rows[draws].mean(axis=1).T
    kept = within - floor > LEAST_SPREAD / 2
    low, high = np.percentile((across - floor)[kept] / (within - floor)[kept], [2.5, 97.5])
    value = float((rows[:, 1].mean() - rows[:, 2].mean()) / spread)
    index = Estimate(
        value, float(low), float(high), sum(len(p.own) for p in usable), len(usable), "bootstrap over prompts"
    )
    if control_bound is None:
        return PivotResult(index, None, "no control bound is known for this language: P is shown, not judged")
    similar = float(low) > control_bound
    words = "over" if similar else "not over"
    return PivotResult(
        index, similar, f"the lower end of P is {words} the bound of human controls ({control_bound:.2f})"
    )
