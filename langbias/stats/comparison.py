"""Two runs of the same scenarios: what changed per language and check, and whether the gap to the baseline did. Pure.

All shares are of failing replies, so a positive change is for the worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from langbias.stats.cells import ALPHA, LEAST_SCENARIOS
from langbias.stats.estimates import Tally, rate
from langbias.stats.multiple import holm
from langbias.stats.paired import change_of_gap, difference_p, paired_gap, paired_p
from langbias.stats.where import by_unit
from langbias.types import Estimate

ChangeVerdict = Literal["worse", "better", "no_change_found", "insufficient"]
FlipKind = Literal["broke", "mended"]


@dataclass(frozen=True, slots=True)
class Flip:
    """A scenario most of whose replies passed before and fail now (`broke`), or the other way (`mended`)."""

    scenario_id: str
    kind: FlipKind


@dataclass(frozen=True, slots=True)
class Change:
    """One language x check: failing share before and after, the paired change, and that of the gap to the baseline.

    `p_holm` and `gap_p_holm` are corrected over languages. `gap_change` is None for the baseline itself.
    """

    language: str
    check_id: str
    before: Estimate | None
    after: Estimate | None
    change: Estimate | None
    p: float | None
    p_holm: float | None
    verdict: ChangeVerdict
    gap_change: Estimate | None
    gap_p_holm: float | None
    flips: tuple[Flip, ...]

    @property
    def broke(self) -> int:
        """Scenarios that passed before and fail now."""
        return sum(flip.kind == "broke" for flip in self.flips)

    @property
    def mended(self) -> int:
        """Scenarios that failed before and pass now."""
        return sum(flip.kind == "mended" for flip in self.flips)


# Failing among judged replies per scenario, by language.
Columns = Mapping[str, Sequence[Tally]]


def check_changes(
    check: str,
    before: Columns,
    after: Columns,
    languages: Sequence[str],
    baseline: str,
    units: Mapping[str, str],
    seed: int,
) -> tuple[Change, ...]:
    """The changes of one check, one per language, in the order of `languages`.

    The columns follow the scenarios of `units`, which names the independent unit of each; scenarios flip one by one.
    """
    flips = {lang: _flips(before[lang], after[lang], tuple(units)) for lang in languages}
    before, after = ({lang: _pooled(column, units) for lang, column in side.items()} for side in (before, after))
    p_values = [paired_p(after[lang], before[lang], seed) for lang in languages]
    others = [lang for lang in languages if lang != baseline and baseline in before]
    shifts = {lang: _gap_shifts(before, after, lang, baseline) for lang in others}
    gap_p = holm([difference_p(np.array(values), seed) for values in shifts.values()])
    corrected_gap_p = dict(zip(others, gap_p, strict=True))
    changes = []
    for lang, p, p_holm in zip(languages, p_values, holm(p_values), strict=True):
        change = paired_gap(after[lang], before[lang])
        changes.append(
            Change(
                language=lang,
                check_id=check,
                before=rate(before[lang]),
                after=rate(after[lang]),
                change=change,
                p=p,
                p_holm=p_holm,
                verdict=_verdict(change, p_holm),
                gap_change=(
                    change_of_gap(after[lang], before[lang], after[baseline], before[baseline])
                    if lang in shifts
                    else None
                ),
                gap_p_holm=corrected_gap_p.get(lang),
                flips=flips[lang],
            )
        )
    return tuple(changes)


def _pooled(column: Sequence[Tally], units: Mapping[str, str]) -> tuple[Tally, ...]:
    return tuple(by_unit(dict(zip(units, column, strict=True)), units).values())


def _gap_shifts(before: Columns, after: Columns, language: str, baseline: str) -> list[float]:
    """Per scenario: the gap after minus the gap before, where all four were judged."""
    rows = zip(before[language], before[baseline], after[language], after[baseline], strict=True)
    return [(c.share - d.share) - (a.share - b.share) for a, b, c, d in rows if a.n and b.n and c.n and d.n]


def _verdict(change: Estimate | None, p_holm: float | None) -> ChangeVerdict:
    if change is None or change.low is None or change.high is None or p_holm is None:
        return "insufficient"
    if change.n_clusters < LEAST_SCENARIOS:
        return "insufficient"
    if change.low <= 0 <= change.high:
        return "no_change_found"
    if p_holm >= ALPHA:
        return "insufficient"
    return "worse" if change.low > 0 else "better"


def _flips(before: Sequence[Tally], after: Sequence[Tally], scenarios: Sequence[str]) -> tuple[Flip, ...]:
    found = []
    for scenario, old, new in zip(scenarios, before, after, strict=True):
        if old.n and new.n and (old.share - 0.5) * (new.share - 0.5) < 0:
            found.append(Flip(scenario, "broke" if new.share > old.share else "mended"))
    return tuple(found)
