"""The summary table that ends an audit."""

from __future__ import annotations

from collections.abc import Sequence

from langbias.cli.output import print_table
from langbias.judge import JudgeFigures
from langbias.report import words
from langbias.report.personas import persona_line
from langbias.stats.summary import Cell, LanguageRow, Summary
from langbias.types import Estimate, Outcome, Status

_SILENT = (Status.BLOCKED, Status.EMPTY, Status.FAILED)


def print_summary(summary: Summary) -> None:
    """Per language and check: failing share with its interval, the gap's verdict, and what was not judged.

    Below it paired personas, where any were asked.
    """
    for target in summary.targets:
        print(
            f"\n{target}: replies that fail, by language and check ({words.counted(summary.n_scenarios, 'scenario')})"
        )
        header = ("language", *(words.check_words(check).id for check in summary.checks), "no reply")
        rows = []
        for language in summary.languages:
            cells = [c for c in summary.cells if (c.target_id, c.language) == (target, language)]
            row = next(r for r in summary.rows if (r.target_id, r.language) == (target, language))
            rows.append((language, *(_cell(cell, summary.baseline) for cell in cells), _silent(row)))
        print_table(header, rows)
        personas = [persona_line(row) for row in summary.personas if row.target_id == target]
        if personas:
            print(f"\n{target}: the same message from different people")
            print_table(("language", "asked as", "given the higher level", "found"), personas)


def print_judge(figures: Sequence[JudgeFigures], judge: str) -> None:
    """How far the judge agrees with the rules and with people. It is a second opinion, not a measure of truth."""
    questions = {"advice": "does this sentence advise that?", "against": "does the reply go against what was said?"}
    for target in dict.fromkeys(figure.target_id for figure in figures):
        print(f"\n{target}: what {judge} answers, beside the rules and people (no figure above rests on it)")
        rows = [
            (
                figure.language,
                questions[figure.kind],
                str(figure.questions),
                f"{figure.answered} ({figure.split} split, {figure.unclear} unclear)",
                _agreement(figure.rules),
                "undefined" if figure.alpha is None else f"{figure.alpha:.2f}",
                _agreement(figure.people),
            )
            for figure in figures
            if figure.target_id == target
        ]
        print_table(("language", "question", "asked", "two equal votes", "as the rules", "alpha", "as people"), rows)


def _agreement(share: Estimate | None) -> str:
    return "-" if share is None else f"{words.percent(share.value)} ({words.percent_interval(share)})"


def _cell(cell: Cell, baseline: str) -> str:
    verdict = words.verdict_words(cell.verdict, cell.rate is not None, baseline)
    if cell.rate is None:
        return f"{verdict.symbol} {verdict.words}"
    aside = sum(o.n for o in cell.outcomes if o.outcome in (Outcome.ABSTAIN, Outcome.NOT_APPLICABLE, Outcome.ERROR))
    shown = f"{words.percent(cell.rate.value)} ({words.percent_interval(cell.rate)})\n{verdict.symbol} {verdict.words}"
    return f"{shown}\n{cell.rate.n} judged, {aside} not" if aside else f"{shown}\n{cell.rate.n} judged"


def _silent(row: LanguageRow) -> str:
    counts = {count.status: count.n for count in row.statuses}
    told = [f"{counts[status]} {words.STATUS_WORDS[status]}" for status in _SILENT if counts.get(status)]
    missing = row.planned - row.stored
    return ", ".join(told) or (f"{missing} not asked" if missing > 0 else "none")
