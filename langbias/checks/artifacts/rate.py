"""Rule hits in a reply, and how their rate stands against native text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import sqrt

from langbias.packs.artifacts import Baseline
from langbias.packs.rule import Rule
from langbias.rules import Analyse, CompiledRule, compile_rule
from langbias.types import Span

# Under ten sentences a rate says nothing: one hit in five sentences is within what natives write.
LEAST_SENTENCES = 10

ABOVE, WITHIN, INSUFFICIENT = "above_native", "within_native", "insufficient"


def rule_hits(
    rules: tuple[tuple[str, Rule], ...], text: str, analyse: Analyse | None
) -> Iterator[tuple[CompiledRule, Span]]:
    """Each hit of each rule on `text`. Raises TimeoutError when a pattern runs over its time limit."""
    for full_id, rule in rules:
        compiled = compile_rule(full_id, rule)
        for span in compiled.find(text, analyse):
            yield compiled, span


def baseline_for(baselines: tuple[Baseline, ...], register: str) -> Baseline | None:
    """The baseline of `register`, else the one for any register, else None: native text was never measured."""
    for wanted in (register, "any"):
        for baseline in baselines:
            if baseline.register == wanted:
                return baseline
    return None


def threshold(baseline: Baseline, sentences: int) -> float | None:
    """Hits per 1,000 words that 95 % of native texts of so many sentences stay under; None for too few.

    Between two measured blocks the limit falls as chance does, with the root of the length; past the longest it stays.
    """
    blocks = sorted(baseline.block, key=lambda block: block.sentences)
    if not blocks or sentences < blocks[0].sentences:
        return None
    for short, long in pairwise(blocks):
        if sentences < long.sentences:
            steps = [1 / sqrt(length) for length in (short.sentences, sentences, long.sentences)]
            share = (steps[0] - steps[1]) / (steps[0] - steps[2])
            return short.p95_per_1000 + share * (long.p95_per_1000 - short.p95_per_1000)
    return blocks[-1].p95_per_1000


def verdict(baseline: Baseline | None, hits: int, sentences: int, words: int) -> str | None:
    """`above_native`, `within_native`, `insufficient` (too few sentences), or None without a baseline."""
    if baseline is None:
        return None
    limit = threshold(baseline, sentences) if sentences >= LEAST_SENTENCES else None
    if limit is None:
        return INSUFFICIENT
    return ABOVE if words and 1000 * hits / words > limit else WITHIN
