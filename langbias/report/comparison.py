"""A comparison of two runs as plain data, and as HTML, Markdown and JSON. Pure and deterministic."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import regex

from langbias.report.html import environment, style
from langbias.report.markdown import plain, table
from langbias.report.quotation import Quotation, quote
from langbias.report.words import (
    CheckWords,
    VerdictWords,
    check_words,
    counted,
    listed,
    percent,
    percent_interval,
    points,
    points_interval,
)
from langbias.stats.comparison import Change, ChangeVerdict
from langbias.types import Language, PackVersion, Status

SCHEMA_VERSION = 1
# Flipped scenarios shown in full per language and check; the rest are counted.
SHOWN = 12
_SURROGATE = regex.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs that are compared."""

    run_id: str
    target_id: str
    model: str
    made: str
    signature: str


@dataclass(frozen=True, slots=True)
class FlippedReply:
    """One reply of a flipped scenario, with the user's turns that led to it."""

    turns: tuple[str, ...]
    text: str
    status: Status


@dataclass(frozen=True, slots=True)
class FlipView:
    """A scenario whose outcome turned over, with a reply of each side."""

    language: str
    check_id: str
    scenario_id: str
    kind: str
    before: FlippedReply
    after: FlippedReply


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another. `changes` go by check, then language; shares are of failing replies."""

    before: Side
    after: Side
    baseline: str
    languages: tuple[Language, ...]
    checks: tuple[str, ...]
    n_scenarios: int
    changes: tuple[Change, ...]
    flips: tuple[FlipView, ...]
    packs: tuple[PackVersion, ...]
    as_of: str
    rescored: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A flipped scenario laid out side by side."""

    scenario_id: str
    kind: str
    turns: tuple[Quotation, ...]
    before: Quotation
    after: Quotation


@dataclass(frozen=True, slots=True)
class _Drawer:
    language: Language
    check: CheckWords
    total: int
    pairs: tuple[_Pair, ...]


def change_words(verdict: ChangeVerdict) -> VerdictWords:
    """A verdict about a change as symbol and words."""
    return {
        "worse": VerdictWords("▼", "Worse than before", "worse"),
        "better": VerdictWords("▲", "Better than before", "better"),
        "no_change_found": VerdictWords("○", "No change found", "same"),
        "insufficient": VerdictWords("?", "Too little to tell", "unknown"),
    }[verdict]


def headline(comparison: Comparison) -> str:
    """The comparison in a sentence or two."""
    said = []
    if found := _where(comparison, lambda change: change.verdict == "worse"):
        said.append(f"On at least one check, replies fail more often than before in {found}.")
    if found := _where(comparison, lambda change: change.verdict == "better"):
        said.append(f"On at least one check, replies fail less often than before in {found}.")
    if found := _where(comparison, _stands_alone):
        said.append(f"In {found} something may have changed; the runs are too small to tell.")
    if said:
        return " ".join(said)
    if any(c.verdict == "no_change_found" for c in comparison.changes):
        return "No change was found, which does not mean that there is none."
    return "These runs are too small to tell whether anything changed."


def _where(comparison: Comparison, holds: Callable[[Change], bool]) -> str:
    """Names of the languages of which some change `holds`."""
    names = {language.tag: language.name for language in comparison.languages}
    return listed(list(dict.fromkeys(names[c.language] for c in comparison.changes if holds(c))))


def _stands_alone(change: Change) -> bool:
    """Whether the interval excludes zero though too few scenarios, or too many languages, give no verdict."""
    found = change.change
    if change.verdict != "insufficient" or found is None or found.low is None or found.high is None:
        return False
    return found.low > 0 or found.high < 0


def comparison_html(comparison: Comparison) -> str:
    """One page without script or network."""
    return (
        environment()
        .get_template("comparison.html.j2")
        .render(
            model=comparison,
            headline=headline(comparison),
            names={language.tag: language for language in comparison.languages},
            blocks=[(check_words(check), _of_check(comparison, check)) for check in comparison.checks],
            change_words=change_words,
            drawers=_drawers(comparison),
            style=style(),
        )
    )


def _of_check(comparison: Comparison, check: str) -> list[Change]:
    return [change for change in comparison.changes if change.check_id == check]


def _drawers(comparison: Comparison) -> list[_Drawer]:
    found = []
    for check in comparison.checks:
        for language in comparison.languages:
            flips = [f for f in comparison.flips if (f.check_id, f.language) == (check, language.tag)]
            flips.sort(key=lambda f: (f.kind != "broke", f.scenario_id))
            if flips:
                pairs = tuple(_pair(flip, language) for flip in flips[:SHOWN])
                found.append(_Drawer(language, check_words(check), len(flips), pairs))
    return found


def _pair(flip: FlipView, language: Language) -> _Pair:
    return _Pair(
        flip.scenario_id,
        flip.kind,
        tuple(quote(turn, language) for turn in flip.after.turns),
        quote(flip.before.text, language),
        quote(flip.after.text, language),
    )


def comparison_markdown(comparison: Comparison) -> str:
    """Fit for a pull request: tables and the names of flipped scenarios, no quotations."""
    names = {language.tag: language for language in comparison.languages}
    before, after = comparison.before, comparison.after
    parts = [
        f"# {plain(before.model)} ({plain(before.made)}) against {plain(after.model)} ({plain(after.made)})",
        f"**{plain(headline(comparison))}**",
        f"{counted(comparison.n_scenarios, 'scenario')}, paired; shares of failing replies; points with 95% intervals."
        + (" Both runs were scored anew by the same rules." if comparison.rescored else ""),
        *(f"> {plain(note)}" for note in comparison.notes),
    ]
    for check in comparison.checks:
        rows = [_row(change, names[change.language]) for change in _of_check(comparison, check)]
        parts += [f"## {plain(check_words(check).title)}", table(_HEAD, rows)]
    parts += ["## Signatures", f"```text\n{before.signature}\n{after.signature}\n```"]
    return "\n\n".join(parts) + "\n"


_HEAD = ("Language", "Before", "After", "Change", "Change of the gap", "Verdict", "Broke", "Mended")


def _row(change: Change, language: Language) -> Sequence[str]:
    words = change_words(change.verdict)
    return (
        plain(f"{language.name} ({language.tag})"),
        *(f"{percent(e.value)} ({percent_interval(e)})" if e else "–" for e in (change.before, change.after)),
        *(f"{points(e.value)} ({points_interval(e)})" if e else "–" for e in (change.change, change.gap_change)),
        f"{words.symbol} {words.words}",
        *(
            ", ".join(plain(f.scenario_id) for f in change.flips if f.kind == kind) or "–"
            for kind in ("broke", "mended")
        ),
    )


def comparison_json(comparison: Comparison) -> str:
    """Everything, sorted keys; replies of flipped scenarios included."""
    text = json.dumps(
        {"schema_version": SCHEMA_VERSION, "headline": headline(comparison), "comparison": asdict(comparison)},
        ensure_ascii=False,
        sort_keys=True,
        allow_nan=False,
        indent=2,
    )
    return str(_SURROGATE.sub("\ufffd", text)) + "\n"
