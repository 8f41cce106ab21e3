"""The summary table that ends an audit."""

from __future__ import annotations

from langbias.cli.output import print_table
from langbias.report import words
from langbias.report.personas import persona_line
from langbias.stats.summary import Cell, LanguageRow, Summary
from langbias.types import Outcome, Status

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
