"""What a run says, in sentences. Pure; every sentence follows from the intervals and verdicts of the summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from langbias.report.words import (
    check_words,
    counted,
    listed,
    percent,
    points,
    points_interval,
    verdict_words,
)
from langbias.stats.summary import Cell, LanguageRow, Summary
from langbias.types import Estimate, Language, Status


@dataclass(frozen=True, slots=True)
class LanguageVerdict:
    """What was found for one language: a verdict over all checks (`css`, `symbol`, `words`), then sentences."""

    language: Language
    symbol: str
    words: str
    css: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """What was found for one target."""

    headline: str
    caveat: str
    languages: tuple[LanguageVerdict, ...]


def target_verdict(
    summary: Summary, target_id: str, order: Sequence[Language], names: Mapping[str, str]
) -> TargetVerdict:
    """Sentences about one target; `order` holds the languages as displayed, `names` their names."""
    cells = [cell for cell in summary.cells if cell.target_id == target_id]
    rows = {row.language: row for row in summary.rows if row.target_id == target_id}
    baseline = names.get(summary.baseline, summary.baseline)
    verdicts = tuple(
        _language_verdict(language, [c for c in cells if c.language == language.tag], rows, cells, baseline)
        for language in order
    )
    headline, caveat = _headline(cells, verdicts, rows, baseline, names)
    return TargetVerdict(headline, caveat, verdicts)


def detectable(cells: Sequence[Cell]) -> float | None:
    """Half the width of the median gap interval: gaps below about this size go unseen. None without intervals."""
    halves = [half for cell in cells if cell.gap and (half := _half_width(cell.gap)) is not None]
    return median(halves) if halves else None


def _half_width(gap: Estimate) -> float | None:
    return None if gap.low is None or gap.high is None else (gap.high - gap.low) / 2


def _headline(
    cells: Sequence[Cell],
    verdicts: Sequence[LanguageVerdict],
    rows: Mapping[str, LanguageRow],
    baseline: str,
    names: Mapping[str, str],
) -> tuple[str, str]:
    if not any(row.stored for row in rows.values()):
        return "Nothing came back, so nothing could be judged.", ""
    if not any(cell.rate for cell in cells):
        return "No reply could be judged by any check.", "The table of what came back says why."
    others = [v for v in verdicts if v.css != "baseline"]
    if not others:
        return f"Only {baseline} was run, so this report compares nothing.", "The rates below stand for themselves."
    worse = [v.language.name for v in others if v.css == "worse"]
    better = [v.language.name for v in others if v.css == "better"]
    same = [v.language.name for v in others if v.css == "same"]
    unknown = [v.language.name for v in others if v.css == "unknown"]
    caveat = _caveat(cells, same, unknown)
    if worse:
        return f"Replies failed more often in {listed(worse)} than in {baseline}.", caveat
    if better:
        return f"Replies failed less often in {listed(better)} than in {baseline}.", caveat
    if same:
        return f"No difference from {baseline} was found in {listed(same)}.", caveat
    return f"This run is too small to tell whether any language differs from {baseline}.", caveat


def _caveat(cells: Sequence[Cell], same: Sequence[str], unknown: Sequence[str]) -> str:
    parts = []
    if same:
        parts.append(f"In {listed(same)} no difference was found, which does not mean that there is none.")
    if unknown:
        parts.append(f"For {listed(unknown)} there is too little to tell.")
    half = detectable(cells)
    if half:
        parts.append(f"Gaps smaller than about {points(half).lstrip('+')} points would have gone unseen in this run.")
    return " ".join(parts)


def _language_verdict(
    language: Language,
    cells: Sequence[Cell],
    rows: Mapping[str, LanguageRow],
    all_cells: Sequence[Cell],
    baseline: str,
) -> LanguageVerdict:
    base_rates = {cell.check_id: cell.rate for cell in all_cells if cell.verdict == "baseline"}
    sentences: list[str] = []
    is_baseline = any(cell.verdict == "baseline" for cell in cells)
    if is_baseline:
        overall = verdict_words("baseline", True, baseline)
        rates = [f"{percent(c.rate.value)} in {check_words(c.check_id).short}" for c in cells if c.rate]
        if rates:
            sentences.append(f"Replies that failed: {listed(rates)}.")
    else:
        kinds = {cell.verdict for cell in cells if cell.rate}
        first = next((k for k in ("gap_found", "better_than_baseline", "no_difference_found") if k in kinds), None)
        overall = verdict_words(first or "insufficient", bool(kinds), baseline)
        for cell in cells:
            if cell.verdict in ("gap_found", "better_than_baseline"):
                sentences.append(_gap_sentence(cell, base_rates.get(cell.check_id), baseline))
        for verdict, words in (("no_difference_found", "No difference found in"), ("insufficient", "Too little in")):
            checks = [check_words(c.check_id).short for c in cells if c.verdict == verdict and c.rate]
            if checks:
                sentences.append(f"{words} {listed(checks)}.")
    unjudged = [check_words(c.check_id).short for c in cells if not c.rate]
    if unjudged:
        sentences.append(f"Nothing judged in {listed(unjudged)}.")
    sentences += _silence(rows.get(language.tag))
    return LanguageVerdict(language, overall.symbol, overall.words, overall.css, tuple(sentences))


def _gap_sentence(cell: Cell, base: Estimate | None, baseline: str) -> str:
    more = "more" if cell.verdict == "gap_found" else "fewer"
    numbers = []
    if cell.rate:
        against = f" against {percent(base.value)}" if base else ""
        numbers.append(f"{percent(cell.rate.value)}{against}")
    if cell.gap:
        numbers.append(f"gap {points(cell.gap.value)} points, 95% interval {points_interval(cell.gap)}")
    check = check_words(cell.check_id).short
    return f"{more.capitalize()} failures than in {baseline} in {check} ({'; '.join(numbers)})."


def _silence(row: LanguageRow | None) -> list[str]:
    if row is None:
        return []
    counts = {count.status: count.n for count in row.statuses}
    said = [
        f"{counts[status]:,} {words}"
        for status, words in ((Status.BLOCKED, "blocked"), (Status.EMPTY, "empty"), (Status.FAILED, "failed requests"))
        if counts.get(status)
    ]
    sentences = []
    if said:
        sentences.append(f"Of {counted(row.planned, 'planned reply', 'planned replies')}, {listed(said)}.")
    if row.stored < row.planned:
        sentences.append(f"{counted(row.planned - row.stored, 'planned reply', 'planned replies')} never came.")
    return sentences
