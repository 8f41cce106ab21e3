"""The report as Markdown, fit for a pull request. It quotes no reply and no prompt: those are in the HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex

from langbias.report.personas import EXPLANATION, HEADING, PersonaView
from langbias.report.quotation import visible
from langbias.report.shape import Arrivals, MatrixCell, ReportModel, TargetReport
from langbias.report.words import counted, number, percent, percent_interval, points, points_interval
from langbias.types import Estimate, Language

_ARRIVED = (
    "Language", "Planned", "Stored", "Answered", "Blocked", "Empty", "Cut off", "Failed", "Prompt tokens",
    "Reply tokens", "Seconds",
)  # fmt: skip
_SPECIAL = regex.compile(r"[\\`*_{}\[\]<>#|~&!$@]")


def render_markdown(model: ReportModel) -> str:
    """Verdicts, tables, limits and signature. The same model gives the same text."""
    run = model.run
    parts = [
        f"# {plain(model.title)}",
        f"{model.scenarios}, {counted(len(model.languages), 'language')}, "
        f"{counted(run.plan.repeats, 'repeat')}; compared with {plain(model.baseline.name)}; "
        f"run made {plain(run.environment.created_at[:10])}.",
    ]
    if model.incomplete:
        parts.append(f"**This run is incomplete.** {model.incomplete} Figures rest on what came back.")
    for target in model.targets:
        parts += _target(target, model)
    parts.append("## What a run of this size can show")
    parts.append("\n".join(f"- {plain(line)}" for line in model.outlook))
    parts.append("## What this cannot say")
    parts.append("\n".join(f"- **{plain(heading)}.** {plain(words)}" for heading, words in model.limits))
    parts.append("## Signature")
    parts.append(f"```text\n{visible(run.signature, 2000).replace('`', chr(39))}\n```")
    return "\n\n".join(parts) + "\n"


def _target(target: TargetReport, model: ReportModel) -> list[str]:
    caveat = (
        f"All of this is the judgement of automatic checks, {model.validated}"
        + (f"; rules unreviewed by native speakers: {_names(model.unreviewed)}" if model.unreviewed else "")
        + "."
    )
    verdicts = "\n".join(
        f"- {v.symbol} **{_name(v.language)}: {plain(v.words)}.** {plain(' '.join(v.sentences))}"
        for v in target.verdict.languages
    )
    rows = [[_name(row.language), _silent(row.arrivals), *(_cell(cell) for cell in row.cells)] for row in target.matrix]
    arrived = [_arrival(row.arrivals) for row in target.matrix if row.arrivals]
    return [
        f"## {plain(target.model)}",
        f"**{plain(target.verdict.headline)}**",
        plain(f"{target.verdict.caveat} {caveat}".strip()),
        verdicts,
        f"Share of judged replies that failed (95% interval), and the gap to {plain(model.baseline.name)} in points:",
        table(["Language", "No reply", *(plain(check.title) for check in model.checks)], rows),
        *(["\n".join(f"- {plain(line)}" for line in target.footnotes)] if target.footnotes else []),
        *_personas(target.personas),
        "What came back, and what it took (mean per reply):",
        table(
            _ARRIVED,
            arrived,
        ),
    ]


def _personas(views: Sequence[PersonaView]) -> list[str]:
    if not views:
        return []
    rows = [
        [
            _name(view.language),
            plain(f"{view.dimension}: {view.sides[0].who} or {view.sides[1].who}"),
            plain(f"{view.verdict.symbol} {view.verdict.words}"),
            "<br>".join(
                plain(f"{side.higher} as {side.who}" + (f" ({side.levels})" if side.levels else ""))
                for side in view.sides
            ),
            plain(f"{view.gap} ({'; '.join(view.gap_notes)})" if view.gap_notes else view.gap),
            plain("; ".join(view.rests_on)),
        ]
        for view in views
    ]
    head = ["Language", "Asked as", "Found", "Given the higher level", "Difference, points", "Rests on"]
    return [f"**{HEADING}.** {plain(EXPLANATION)}", table(head, rows)]


def _cell(cell: MatrixCell) -> str:
    said = [f"{cell.verdict.symbol} {plain(cell.verdict.words)}"]
    if cell.rate:
        said.append(f"{percent(cell.rate.value)} ({percent_interval(cell.rate)})")
    if cell.gap:
        said.append(f"gap {points(cell.gap.value)} ({points_interval(cell.gap)})")
    if cell.rate:
        said.append(f"n = {cell.rate.n} ({counted(cell.rate.n_clusters, 'scenario')}), {cell.badge}")
    return "<br>".join([*said, *cell.others, *map(plain, cell.remarks)])


def _silent(arrivals: Arrivals | None) -> str:
    if arrivals is None:
        return "nothing stored"
    return f"{arrivals.blocked} blocked, {arrivals.empty} empty of {arrivals.stored}"


def _arrival(a: Arrivals) -> list[str]:
    counts = (a.planned, a.stored, a.answered, a.blocked, a.empty, a.cut_off, a.failed)
    seconds = number(a.latency_ms.value / 1000) if a.latency_ms else "–"
    return [_name(a.language), *map(str, counts), _mean(a.prompt_tokens), _mean(a.completion_tokens), seconds]


def _mean(estimate: Estimate | None) -> str:
    return number(estimate.value) if estimate else "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; its cells must be `plain` already."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _name(language: Language) -> str:
    return plain(f"{language.name} ({language.tag})")


def _names(languages: Iterable[Language]) -> str:
    return ", ".join(language.name for language in languages)


def plain(text: str) -> str:
    """`text` without power over the page: Markdown's special characters are escaped."""
    return str(_SPECIAL.sub(r"\\\g<0>", visible(text, 4000)))
