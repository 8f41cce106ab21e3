"""What a run says, in sentences. Pure; every sentence follows from the intervals and verdicts of the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from langbias.report.personas import persona_sentence
from langbias.report.remarks import validated_words
from langbias.report.words import (
    STATUS_WORDS,
    VerdictWords,
    check_words,
    cost_sentence,
    counted,
    listed,
    native_sentence,
    percent,
    points,
    points_interval,
    verdict_words,
)
from langbias.stats.summary import Cell, GapVerdict, LanguageRow, MeasureRow, PersonaRow, Summary
from langbias.types import Estimate, Language, Scenario, Status


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
        _with_measures(
            _language_verdict(language, [c for c in cells if c.language == language.tag], rows, cells, baseline),
            [m for m in summary.measures if (m.target_id, m.language) == (target_id, language.tag)],
            [p for p in summary.personas if (p.target_id, p.language) == (target_id, language.tag)],
            baseline,
        )
        for language in order
    )
    headline, caveat = _headline(cells, verdicts, rows, baseline)
    return TargetVerdict(headline, caveat, verdicts)


def _with_measures(
    verdict: LanguageVerdict, measures: Sequence[MeasureRow], personas: Sequence[PersonaRow], baseline: str
) -> LanguageVerdict:
    """The verdict with what is said of the language's replies against native text, their cost, and to whom."""
    said = [words for row in measures if (words := native_sentence(row) or cost_sentence(row, baseline))]
    said += [words for row in personas if (words := persona_sentence(row))]
    return replace(verdict, sentences=(*verdict.sentences, *said))


def detectable(cells: Sequence[Cell]) -> float | None:
    """The median of the smallest gaps that were to be found with 80 % power. None without intervals."""
    seen = [cell.detectable.corrected for cell in cells if cell.detectable]
    return median(seen) if seen else None


def _mostly_failed(rate: Estimate | None) -> bool:
    return rate is not None and rate.low is not None and rate.low > 0.5


def _size(gap: float) -> str:
    return points(gap).lstrip("+")


def _half_width(gap: Estimate) -> float | None:
    return None if gap.low is None or gap.high is None else (gap.high - gap.low) / 2


def _headline(
    cells: Sequence[Cell],
    verdicts: Sequence[LanguageVerdict],
    rows: Mapping[str, LanguageRow],
    baseline: str,
) -> tuple[str, str]:
    if rows and not any(row.planned for row in rows.values()):
        return "No base prompt was asked, so there are no rates by language.", "Other variants count in no rate."
    if not any(row.stored for row in rows.values()):
        return "Nothing came back, so nothing could be judged.", ""
    if not any(cell.rate for cell in cells):
        return "No reply could be judged by any check.", "The table of what came back says why."
    others = [v for v in verdicts if v.css != "baseline"]
    if not others:
        return f"Only {baseline} was run, so this report compares nothing.", "The rates below stand for themselves."
    if len(others) == len(verdicts):
        return f"The baseline, {baseline}, was not run, so this report compares nothing.", ""
    worse = [v.language.name for v in others if v.css == "worse"]
    better = [v.language.name for v in others if v.css == "better"]
    same = [v.language.name for v in others if v.css == "same"]
    unknown = [v.language.name for v in others if v.css == "unknown"]
    caveat = _caveat(cells, same, unknown, baseline)
    if worse:
        return f"On at least one check, replies failed more often in {listed(worse)} than in {baseline}.", caveat
    if better:
        return f"On at least one check, replies failed less often in {listed(better)} than in {baseline}.", caveat
    if same:
        return f"No difference from {baseline} was found in {listed(same)}.", caveat
    return f"This run is too small to tell whether any language differs from {baseline}.", caveat


def _caveat(cells: Sequence[Cell], same: Sequence[str], unknown: Sequence[str], baseline: str) -> str:
    parts = []
    poor = [check_words(c.check_id).short for c in cells if c.verdict == "baseline" and _mostly_failed(c.rate)]
    if poor:
        parts.append(f"Most replies failed in {baseline} too, in {listed(poor)}: a small gap there is no good service.")
    if same:
        parts.append(f"In {listed(same)} no difference was found, which does not mean that there is none.")
    if unknown:
        parts.append(f"For {listed(unknown)} there is too little to tell.")
    half = detectable(cells)
    if half:
        parts.append(f"Gaps smaller than about {_size(half)} points would mostly have gone unseen in this run.")
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
        overall = _overall(cells, baseline)
        for cell in cells:
            if cell.verdict in ("gap_found", "better_than_baseline"):
                sentences.append(_gap_sentence(cell, base_rates.get(cell.check_id)))
        sentences += [_open_sentence(cell) for cell in cells if _is_open(cell)]
        for verdict, words in (
            ("no_difference_found", "No difference found in"),
            ("insufficient", "Too little to tell in"),
            ("no_baseline", f"Not judged in {baseline}, so no gap can be given:"),
        ):
            alike = [c for c in cells if c.verdict == verdict and c.rate and not _is_open(c)]
            checks = [check_words(c.check_id).short for c in alike]
            if checks:
                sentences.append(f"{words} {listed(checks)}.")
    unjudged = [check_words(c.check_id).short for c in cells if not c.rate]
    if unjudged:
        sentences.append(f"Nothing judged in {listed(unjudged)}.")
    sentences += _silence(rows.get(language.tag))
    return LanguageVerdict(language, overall.symbol, overall.words, overall.css, tuple(sentences))


def _overall(cells: Sequence[Cell], baseline: str) -> VerdictWords:
    """One verdict over the checks of a language: worse if any is, with the count of how many."""
    kinds = Counter(cell.verdict for cell in cells if cell.rate)
    worse, better, judged = kinds["gap_found"], kinds["better_than_baseline"], kinds.total()
    if worse:
        also = f", better on {better}" if better else ""
        return replace(
            verdict_words("gap_found", True, baseline), words=f"Worse on {worse}{also} of {counted(judged, 'check')}"
        )
    if better:
        words = f"Better on {better} of {counted(judged, 'check')}"
        return replace(verdict_words("better_than_baseline", True, baseline), words=words)
    told = kinds["no_difference_found"] and not any(map(_is_open, cells))
    verdict: GapVerdict = "no_difference_found" if told else "insufficient"
    return verdict_words(verdict, judged > 0, baseline)


def _is_open(cell: Cell) -> bool:
    """A gap by its own interval that the correction for several languages takes back: neither found nor absent."""
    gap = cell.gap
    return bool(
        cell.verdict == "insufficient" and gap and gap.low is not None and gap.high is not None
        and (gap.low > 0 or gap.high < 0)
    )  # fmt: skip


def _open_sentence(cell: Cell) -> str:
    gap = f"{points(cell.gap.value)} points (95% interval {points_interval(cell.gap)})" if cell.gap else "unknown"
    reason = cell.reason or "does not stand after correction for the number of languages"
    return f"Too little to tell in {check_words(cell.check_id).short}, gap {gap}: {reason}."


def _gap_sentence(cell: Cell, base: Estimate | None) -> str:
    said = f"{'More' if cell.verdict == 'gap_found' else 'Fewer'} failures in {check_words(cell.check_id).short}"
    if cell.rate:
        said += f": {percent(cell.rate.value)}" + (f" against {percent(base.value)}" if base else "")
    if cell.gap:
        said += f" (gap {points(cell.gap.value)} points, 95% interval {points_interval(cell.gap)})"
    return said + "."


def _silence(row: LanguageRow | None) -> list[str]:
    if row is None:
        return []
    counts = {count.status: count.n for count in row.statuses}
    said = [
        f"{counts[status]:,} {STATUS_WORDS[status]}"
        for status in (Status.BLOCKED, Status.EMPTY, Status.FAILED)
        if counts.get(status)
    ]
    sentences = []
    if said:
        sentences.append(f"Of {counted(row.stored, 'request')}: {listed(said)}.")
    if row.stored < row.planned:
        sentences.append(f"{counted(row.planned - row.stored, 'planned reply', 'planned replies')} never came.")
    return sentences


def limits(
    summary: Summary,
    order: Sequence[Language],
    reviewers: Mapping[str, tuple[str, ...]],
    scenarios: Iterable[Scenario],
) -> tuple[tuple[str, str], ...]:
    """What the report cannot say: a heading and a sentence or two each."""
    unread = [language.name for language in order if not reviewers.get(language.tag)]
    asked = list(scenarios)
    single = sum(scenario.turn_count == 1 for scenario in asked)
    half = detectable(summary.cells)
    found = [
        (
            "Why replies differ",
            "A gap says that replies differ between languages in this run. The model, the way each prompt was "
            "written, and the checks themselves can all make a gap; this report does not name a cause.",
        ),
        (
            "Whether a reply is good care",
            "The checks read language, politeness and stated circumstances. They are no clinical judgement, and a "
            "reply that passes every check can still be a bad one.",
        ),
        (
            "How often the checks are wrong",
            f"All figures are the judgement of checks, {validated_words(summary.cells)}. A check's error may differ "
            "between languages; by itself that can make a gap, or hide one. Where it is unknown, the rate is marked "
            "“unvalidated”."
            + (f" Native speakers have not reviewed the rules for {_all_of(unread, len(order))}." if unread else ""),
        ),
        (
            "That languages are treated equally",
            "“No difference found” is not “equal”: the run may be too small."
            + (f" Gaps under about {_size(half)} points would mostly have gone unseen here." if half else ""),
        ),
        (
            "What all speakers of a language would find",
            "A language is not a country, a faith or a family. Each prompt is one person in one situation, written "
            "for this test; nobody in distress took part.",
        ),
        (
            "What happens in long conversations",
            f"Of {counted(len(asked), 'scenario')}, {single} have one message; the others have a few."
            if asked
            else "The scenarios are one or a few messages long.",
        ),
        (
            "Voice, accent, privacy, dependence over time",
            "Written replies cannot show how a voice assistant hears an accent, what becomes of the logs, or what "
            "months of use do.",
        ),
        (
            "Other versions of the same chatbot",
            "A chatbot changes without notice. The figures hold for the dates, settings and versions printed below.",
        ),
    ]
    return tuple(found)


def _all_of(names: Sequence[str], total: int) -> str:
    return "any of its languages" if len(names) == total else ", ".join(names)
