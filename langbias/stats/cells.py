"""From tallies per scenario to cells: one target and one check, all languages at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from langbias.stats.bounds import TOLERATED, Bounds, gap_bounds, rate_bounds
from langbias.stats.estimates import Tally, rate
from langbias.stats.floor import gini, repeat_floor, spread, spread_floor
from langbias.stats.instrument import (
    Corrected,
    ErrorRates,
    Labelled,
    corrected_gap,
    instrument_gap,
    ppi_rate,
    rogan_gladen,
)
from langbias.stats.multiple import holm, simultaneous_confidence
from langbias.stats.paired import paired_gap, paired_p
from langbias.stats.power import seen_with
from langbias.stats.summary import Cell, CorrectedCell, Detectable, GapVerdict, NoiseFloor, OutcomeCount, Spread
from langbias.types import Estimate, Outcome

# Fewer paired scenarios than this give no verdict: a sign-flip test could not reach 5 % however large the gap.
LEAST_SCENARIOS = 6
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Column:
    """One language of one check: failing among judged replies per scenario, in the order of the scenarios.

    `planned` and `lost` count replies per scenario that were asked for, and that never came. `repeats` splits the
    tallies by repeat; `paraphrase` holds those of a second native wording, where the run has one.
    """

    language: str
    tallies: tuple[Tally, ...]
    outcomes: Counter[Outcome]
    planned: tuple[int, ...]
    lost: tuple[int, ...]
    repeats: tuple[Mapping[int, Tally], ...] = ()
    paraphrase: tuple[Tally, ...] = ()
    errors: ErrorRates | None = None
    labelled: tuple[Labelled, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether any reply passed or failed."""
        return any(t.n for t in self.tallies)


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """All about one target x check: cells in the order of the columns, the floor, and the footnote."""

    cells: tuple[Cell, ...]
    floor: NoiseFloor
    spread: Spread | None


_COMPARED = ("no_difference_found", "gap_found", "better_than_baseline")


@dataclass(slots=True)
class _Draft:
    """What is known of one language before its verdict."""

    gap: Estimate | None = None
    p: float | None = None
    p_holm: float | None = None
    band: Estimate | None = None
    bounds: Bounds | None = None
    corrected: CorrectedCell | None = None
    instrument: Estimate | None = None
    detectable: Detectable | None = None
    reasons: list[str] = field(default_factory=list)


def check_figures(
    target: str, check: str, baseline: str, columns: Sequence[Column], scenarios: Sequence[str], seed: int
) -> CheckFigures:
    """The cells of one target x check, with what is shared by them."""
    base = next((c for c in columns if c.language == baseline and c.judged), None)
    drafts = {column.language: _Draft(bounds=_bounds(column, base)) for column in columns}
    others = [column for column in columns if column.language != baseline]
    if base:
        _raw(others, base, drafts, seed)
    _correct(columns, base, scenarios, drafts)
    floor = _floor(target, check, base, seed)
    cells = tuple(_cell(target, check, column, base, drafts[column.language], floor, baseline) for column in columns)
    return CheckFigures(cells, floor, _spread(target, check, columns, seed))


def _raw(others: Sequence[Column], base: Column, drafts: Mapping[str, _Draft], seed: int) -> None:
    """Gaps as checked: interval, p, Holm over languages, and the band that holds for all languages together."""
    p_values = [paired_p(column.tallies, base.tallies, seed) for column in others]
    together = simultaneous_confidence(_differences(others, base), seed)
    for column, p, p_holm in zip(others, p_values, holm(p_values), strict=True):
        draft = drafts[column.language]
        draft.gap = paired_gap(column.tallies, base.tallies)
        draft.band = paired_gap(column.tallies, base.tallies, together)
        draft.p, draft.p_holm = p, p_holm
        if draft.gap and draft.gap.low is not None and draft.gap.high is not None:
            half = (draft.gap.high - draft.gap.low) / 2
            draft.detectable = Detectable(*seen_with(half, draft.gap.n_clusters, len(others)))


def _differences(others: Sequence[Column], base: Column) -> NDArray[np.float64]:
    found = np.full((len(base.tallies), len(others)), np.nan)
    for at, column in enumerate(others):
        for row, (ours, theirs) in enumerate(zip(column.tallies, base.tallies, strict=True)):
            if ours.n and theirs.n:
                found[row, at] = ours.share - theirs.share
    return found


def _correct(
    columns: Sequence[Column], base: Column | None, scenarios: Sequence[str], drafts: Mapping[str, _Draft]
) -> None:
    """Rates and gaps with the check's error carried through, where labels or error rates are at hand."""
    rates = {column.language: corrected_rate(column, scenarios) for column in columns}
    theirs = rates[base.language] if base else None
    gaps: list[tuple[Estimate, float] | None] = []
    for column in columns:
        ours = rates[column.language]
        gaps.append(corrected_gap(ours, theirs) if ours and theirs and column is not base else None)
    corrected_p = holm([found[1] if found else None for found in gaps])
    for column, found, p_holm in zip(columns, gaps, corrected_p, strict=True):
        ours = rates[column.language]
        draft = drafts[column.language]
        if ours:
            gap, p = found or (None, None)
            draft.corrected = CorrectedCell(ours.estimate(), gap, p, p_holm, ours.method)
        if base and base.errors and column.errors and column is not base:
            true = theirs.value if theirs else sum(t.hits for t in base.tallies) / sum(t.n for t in base.tallies)
            draft.instrument = instrument_gap(column.errors, base.errors, min(max(true, 0.0), 1.0))


def corrected_rate(column: Column, scenarios: Sequence[str]) -> Corrected | None:
    """By labels of this run where there are enough, else by the check's known error rates, else not at all."""
    found = ppi_rate(column.tallies, scenarios, column.labelled) if column.labelled else None
    if found is None and column.errors is not None:
        found = rogan_gladen(column.tallies, column.errors)
    return found


def _floor(target: str, check: str, base: Column | None, seed: int) -> NoiseFloor:
    if base is None:
        return NoiseFloor(target, check, None, None)
    wording = paired_gap(base.paraphrase, base.tallies) if base.paraphrase else None
    return NoiseFloor(target, check, repeat_floor(base.repeats, seed) if base.repeats else None, wording)


def _bounds(column: Column, base: Column | None) -> Bounds | None:
    """Best and worst case, where more than 2 % of this language's or the baseline's replies were lost."""
    pairs = [column, base] if base else [column]
    if not column.judged or not any(lost_share(c) > TOLERATED for c in pairs):
        return None
    rates = rate_bounds(column.tallies, column.lost)
    if rates is None:
        return None
    gaps = gap_bounds(column.tallies, column.lost, base.tallies, base.lost) if base and base is not column else None
    low, high = gaps or (None, None)
    return Bounds(sum(column.lost), sum(column.planned), *rates, low, high)


def lost_share(column: Column) -> float:
    """Share of the planned replies that never came."""
    planned = sum(column.planned)
    return sum(column.lost) / planned if planned else 0.0


def _cell(
    target: str, check: str, column: Column, base: Column | None, draft: _Draft, floor: NoiseFloor, baseline: str
) -> Cell:
    own = rate(column.tallies)
    verdict, reason = _verdict(column.language == baseline, base is not None, draft, floor)
    errors = [found.errors for found in (column, base) if found and found.errors]
    by_people = draft.corrected is not None and draft.corrected.gap is not None
    if verdict in _COMPARED and not by_people and not all(known.tells for known in errors):
        verdict, reason = "insufficient", "the check misses too many failing replies in one of the two languages"
    return Cell(
        target_id=target,
        language=column.language,
        check_id=check,
        rate=own,
        gap=draft.gap,
        p=draft.p,
        p_holm=draft.p_holm,
        verdict=verdict,
        outcomes=tuple(OutcomeCount(o, column.outcomes[o]) for o in Outcome if column.outcomes[o]),
        band=draft.band,
        bounds=draft.bounds,
        corrected=draft.corrected,
        errors=column.errors,
        instrument=draft.instrument,
        detectable=draft.detectable,
        reason=reason,
    )


def _verdict(is_baseline: bool, has_base: bool, draft: _Draft, floor: NoiseFloor) -> tuple[GapVerdict, str]:
    """The verdict from the best figure at hand, and what took a gap back where something did."""
    if is_baseline:
        return "baseline", ""
    if not has_base:
        return "no_baseline", ""
    raw = draft.gap
    if raw is None or raw.low is None or raw.high is None or draft.p_holm is None or raw.n_clusters < LEAST_SCENARIOS:
        return "insufficient", ""
    gap, p_holm = raw, draft.p_holm
    if draft.corrected and draft.corrected.gap and draft.corrected.p_holm is not None:
        gap, p_holm = draft.corrected.gap, draft.corrected.p_holm
    assert gap.low is not None
    assert gap.high is not None
    if not gap.low > 0 and not gap.high < 0:
        if gap is not raw and draft.p_holm < ALPHA and (raw.low > 0 or raw.high < 0):
            return "insufficient", "the check's own errors could make this gap"
        return "no_difference_found", ""
    # One comparison alone would call this a gap, several together do not: neither a finding nor its absence.
    if p_holm >= ALPHA:
        return "insufficient", "does not stand after correction for the number of languages"
    if floor.value is not None and abs(gap.value) <= floor.value:
        return "insufficient", "the baseline differs from itself by as much"
    if draft.bounds and not _stands(gap, draft.bounds):
        return "insufficient", "the replies that never came could undo this gap"
    return ("gap_found" if gap.low > 0 else "better_than_baseline"), ""


def _stands(gap: Estimate, bounds: Bounds) -> bool:
    edge = bounds.gap_low if gap.value > 0 else bounds.gap_high
    return edge is not None and edge * gap.value > 0


def _spread(target: str, check: str, columns: Sequence[Column], seed: int) -> Spread | None:
    """Best minus worst language, over scenarios judged in all languages, beside what shuffled labels would show."""
    judged = [column for column in columns if column.judged]
    rows = [
        [1 - column.tallies[at].share for column in judged]
        for at in range(len(judged[0].tallies) if judged else 0)
        if all(column.tallies[at].n for column in judged)
    ]
    if len(judged) < 2 or len(rows) < LEAST_SCENARIOS:
        return None
    shares = np.array(rows)
    means = shares.mean(axis=0)
    n, clusters = int(sum(t.n for c in judged for t in c.tallies)), len(rows)
    index = gini([float(m) for m in means])

    def figure(value: float, method: str) -> Estimate:
        return Estimate(value, None, None, n, clusters, method)

    top = float(means.max())
    return Spread(
        target_id=target,
        check_id=check,
        languages=len(judged),
        spread=figure(spread(shares), "best minus worst language; biased upwards"),
        floor=figure(spread_floor(shares, seed), "95th percentile with language labels shuffled inside scenarios"),
        four_fifths=figure(float(means.min()) / top, "worst over best pass rate") if top > 0 else None,
        gini=None if index is None else figure(index, "Gini coefficient of pass rates"),
    )
