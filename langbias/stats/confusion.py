"""LPR, WPR and LCPR of the Language Confusion Benchmark (Marchisio et al. 2024) beside the measures of our own.

LPR: of the replies with a line of five tokens or more, the share with no such line in another language. WPR: of those
without, the share with no English word; defined for six languages only. LCPR: their harmonic mean. The lines'
languages are told by this package's detector and the words by its English list, which the unit says.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from langbias.stats.estimates import Tally, rate
from langbias.stats.summary import MeasureRow
from langbias.types import Estimate, FidelityMeasures

LINE_UNIT = "share, Language Confusion Benchmark with langbias's detector"
WORD_UNIT = "share, Language Confusion Benchmark with langbias's detector and English word list"


@dataclass(slots=True)
class _Count:
    """Replies of one scenario: with a line to judge, all of whose lines are right, with words to judge, clean ones."""

    lines: int = 0
    lines_right: int = 0
    words: int = 0
    words_right: int = 0


@dataclass(slots=True)
class ConfusionCounts:
    """Counts per (target, language, check) and scenario, as results stream by."""

    counts: defaultdict[tuple[str, str, str], defaultdict[str, _Count]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(_Count))
    )

    def add(self, target: str, language: str, check: str, scenario: str, measures: FidelityMeasures) -> None:
        """Count one judged reply; one that no line rule applies to changes nothing."""
        if measures.lcb_lines is None:
            return
        count = self.counts[target, language, check][scenario]
        count.lines += measures.lcb_lines > 0
        count.lines_right += measures.lcb_lines > 0 and not measures.lcb_wrong_lines
        count.words += measures.lcb_english_word is not None
        count.words_right += measures.lcb_english_word is False

    def rows(self, targets: Sequence[str], languages: Sequence[str]) -> Iterable[MeasureRow]:
        """Three rows for each target and language with a judged reply; an estimate is None where it is not defined."""
        for (target, language, check), per_scenario in sorted(self.counts.items()):
            if target not in targets or language not in languages:
                continue
            counts = [count for _, count in sorted(per_scenario.items())]
            lpr = rate([Tally(count.lines_right, count.lines) for count in counts])
            wpr = rate([Tally(count.words_right, count.words) for count in counts])
            for name, unit, estimate in (
                ("LPR", LINE_UNIT, lpr),
                ("WPR", WORD_UNIT, wpr),
                ("LCPR", WORD_UNIT, harmonic_mean(lpr, wpr)),
            ):
                yield MeasureRow(target, language, check, name, unit, estimate)


def harmonic_mean(one: Estimate | None, other: Estimate | None) -> Estimate | None:
    """Harmonic mean of two shares, None when either is not defined.

    The interval is the square-and-add one (Zou and Donner 2008) of the two reciprocals, whose sum it is made of.
    """
    if one is None or other is None:
        return None
    n, clusters = other.n, other.n_clusters
    value = _harmonic(_inverse(one.value), _inverse(other.value))
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Estimate(value, None, None, n, clusters, "no interval")
    if value == 0.0:
        return Estimate(0.0, 0.0, _harmonic(_inverse(one.high), _inverse(other.high)), n, clusters, _METHOD)
    first, second = _inverse(one.value), _inverse(other.value)
    spread_low = math.hypot(_inverse(one.low) - first, _inverse(other.low) - second)
    spread_high = math.hypot(first - _inverse(one.high), second - _inverse(other.high))
    total = first + second
    return Estimate(value, 2 / (total + spread_low), min(1.0, 2 / (total - spread_high)), n, clusters, _METHOD)


_METHOD = "square-and-add of two Wilson intervals"


def _inverse(share: float) -> float:
    return 1 / share if share > 0 else math.inf


def _harmonic(first: float, second: float) -> float:
    return 2 / (first + second)
