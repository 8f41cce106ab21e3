"""What stands beside a raw figure: corrections, bounds, noise, and what could have been seen. Pure, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from langbias.report.words import check_words, counted, percent, percent_interval, points, points_interval
from langbias.stats.estimates import SMALL
from langbias.stats.power import Design, outlook
from langbias.stats.summary import Cell, NoiseFloor, Spread, Summary


def badge(cell: Cell) -> str:
    """How far the check is validated in this language: `unvalidated`, or what it is corrected by."""
    if cell.corrected:
        return f"corrected, {cell.corrected.method}"
    if _by_models(cell):
        return "unvalidated: measured by labels of language models alone"
    if cell.errors and not cell.errors.usable:
        return "measured: errs too often to be corrected"
    return "unvalidated"


def _by_models(cell: Cell) -> bool:
    """Whether the only labels behind the cell's error rates are those of language models."""
    return cell.corrected is None and cell.errors is not None and not cell.errors.by_people


def remarks(cell: Cell) -> tuple[str, ...]:
    """The lines under the raw figures of a cell."""
    return tuple(_remarks(cell))


def _remarks(cell: Cell) -> Iterable[str]:
    if cell.corrected:
        said = f"corrected {percent(cell.corrected.rate.value)} ({percent_interval(cell.corrected.rate)})"
        if cell.corrected.gap:
            said += f", gap {points(cell.corrected.gap.value)} ({points_interval(cell.corrected.gap)})"
        yield said
    if cell.errors:
        yield (
            f"the check finds {percent(cell.errors.sensitivity)} of failing and keeps"
            f" {percent(cell.errors.specificity)} of good replies"
            f" ({round(cell.errors.caught.n + cell.errors.kept.n):,} labels by {cell.errors.who_labelled},"
            f" {cell.errors.date})"
        )
    if cell.instrument and cell.gap and cell.instrument.value * cell.gap.value > 0:
        made = min(abs(cell.instrument.value), abs(cell.gap.value))
        yield (
            f"the check's own errors could make {made * 100:.0f} of the gap's {abs(cell.gap.value) * 100:.0f} points"
        )
    if cell.bounds:
        said = (
            f"{cell.bounds.lost:,} of {counted(cell.bounds.planned, 'reply', 'replies')} never came: whatever they"
            f" would have said, {percent(cell.bounds.rate_low)} to {percent(cell.bounds.rate_high)} fail"
        )
        if cell.bounds.gap_low is not None and cell.bounds.gap_high is not None:
            said += f", gap {points(cell.bounds.gap_low)} to {points(cell.bounds.gap_high)}"
        yield said
    if cell.reason:
        yield cell.reason
    if cell.rate and cell.rate.n_clusters < SMALL:
        yield "small: fewer than 50 scenarios"


def footnotes(summary: Summary, target_id: str) -> tuple[str, ...]:
    """Noise floors and disparity indices of one target, a line each."""
    floors = [line for floor in summary.floors if floor.target_id == target_id for line in _floor(floor)]
    return (*floors, *(_spread(spread) for spread in summary.spreads if spread.target_id == target_id))


def _floor(floor: NoiseFloor) -> Iterable[str]:
    name = check_words(floor.check_id).title
    if floor.repeats:
        yield (
            f"{name}: halves of the baseline's own repeats differ by up to {floor.repeats.value * 100:.1f} points by"
            " chance alone (95th percentile); a gap below that is never a finding."
        )
    if floor.wording:
        asked = counted(floor.wording.n_clusters, "scenario")
        yield (
            f"{name}: a second wording of the same prompts moves the baseline by {points(floor.wording.value)} points"
            f" ({points_interval(floor.wording)}; {asked}); a gap no larger than that is never a finding."
        )


def _spread(spread: Spread) -> str:
    said = (
        f"{check_words(spread.check_id).title}: best and worst of {spread.languages} languages lie"
        f" {spread.spread.value * 100:.0f} points apart; shuffled language labels show up to"
        f" {spread.floor.value * 100:.0f} by chance alone."
    )
    if spread.four_fifths:
        said += f" Worst over best pass rate {spread.four_fifths.value:.2f}"
        said += f", Gini {spread.gini.value:.3f}" if spread.gini else ""
        said += ": such ratios hide many failures near the ceiling."
    return said


def outlook_lines(scenarios: int, repeats: int, languages: int) -> tuple[str, ...]:
    """What a plan of this size can show, as `langbias plan` says it."""
    found = outlook(Design(scenarios, repeats, max(languages - 1, 0)))
    if found.alone is None:
        lines = ["A plan of this size finds no gap with 80 % power."]
    else:
        corrected = "none at all" if found.corrected is None else f"{found.corrected * 100:.0f} points"
        lines = [
            f"Smallest gap found with 80 % power near 90 % passing: {found.alone * 100:.0f} points for one language"
            f" alone, {corrected} after correction over {counted(max(languages - 1, 1), 'language')}."
        ]
    passes = ", ".join(
        f"{share:.0%} of runs with a margin of {margin * 100:.0f} points" for margin, share in found.gate
    )
    lines.append(f"If a release changed nothing, one language would pass a gate in {passes}.")
    return tuple(lines)


def validated_words(cells: Sequence[Cell]) -> str:
    """How many of the judged cells stand on validated checks, as the end of a sentence."""
    judged = [cell for cell in cells if cell.rate]
    known = sum(not _by_models(cell) and (cell.errors or cell.corrected) is not None for cell in judged)
    if not known:
        told = ", only against labels of language models, which correct nothing" if any(map(_by_models, judged)) else ""
        return f"none of them validated yet against people\u2019s judgement{told}"
    if known == len(judged):
        return "each validated against people\u2019s judgement in its language, as the cells say"
    return f"validated against people\u2019s judgement in {known} of {len(judged)} cells, which say so"
