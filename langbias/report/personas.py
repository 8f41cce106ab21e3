"""Paired personas in words: to whom the same message brought the more formal address. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from langbias.report.evidence import language_of
from langbias.report.quotation import visible
from langbias.report.words import VerdictWords, counted, p_value, percent, points, points_interval
from langbias.stats.summary import LevelShare, PersonaRow, Summary
from langbias.types import Estimate, Language

HEADING = "The same message from different people"
EXPLANATION = (
    "Each of these messages was sent twice; nothing in it differs but who is speaking, or their dialect. Each "
    "percentage says in how many pairs of replies that person was given the higher level of address. The test "
    "counts each scenario once and is corrected over the pairs of a language. These replies count in no rate above, "
    "and languages without levels of address have no row. A difference may be fitting (an elder, a child) or not: "
    "the table says what was done, not why."
)
_LEVELS = {"V": "respectful (V)", "T": "familiar (T)"}


@dataclass(frozen=True, slots=True)
class PersonaSide:
    """One of two personas: who, the share of pairs in which they were given the higher level, all levels given."""

    who: str
    higher: str
    levels: str


@dataclass(frozen=True, slots=True)
class PersonaView:
    """One pair of personas in one language. `gap` is in points, first minus second; `rests_on` are lines of words."""

    language: Language
    dimension: str
    verdict: VerdictWords
    sides: tuple[PersonaSide, PersonaSide]
    gap: str
    gap_notes: tuple[str, ...]
    rests_on: tuple[str, ...]


def persona_views(
    summary: Summary, target_id: str, order: Sequence[Language], known: Mapping[str, Language]
) -> tuple[PersonaView, ...]:
    """The rows of one target, by language as displayed; empty when no personas were asked."""
    place = {language.tag: at for at, language in enumerate(order)}
    rows = [row for row in summary.personas if row.target_id == target_id]
    rows.sort(key=lambda row: (place.get(row.language, len(place)), row.language))
    return tuple(_view(row, language_of(row.language, known)) for row in rows)


def persona_verdict(row: PersonaRow) -> VerdictWords:
    """What was found about two personas. Never that a difference is bias, nor that none is equality."""
    first, second = map(visible, row.words)
    return {
        "first_higher": VerdictWords("↕", f"Spoken to more formally as {first} than as {second}", "apart"),
        "second_higher": VerdictWords("↕", f"Spoken to more formally as {second} than as {first}", "apart"),
        "no_difference_found": VerdictWords("○", "No difference found", "same"),
        "insufficient": VerdictWords("?", "Too few to say", "unknown"),
    }[row.verdict]


def persona_sentence(row: PersonaRow) -> str:
    """A difference that was found, as a sentence; an empty string where none was."""
    first, second, gap = row.first_higher, row.second_higher, row.gap
    if row.verdict not in ("first_higher", "second_higher") or first is None or second is None or gap is None:
        return ""
    shares = f"{percent(first.value)} against {percent(second.value)} of {counted(row.pairs, 'pair')}"
    return f"{persona_verdict(row).words}: the higher level in {shares}, in {counted(gap.n_clusters, 'scenario')}."


def persona_line(row: PersonaRow) -> tuple[str, str, str, str]:
    """A row for the terminal: language, who, shares of the higher level, verdict."""
    first, second = row.first_higher, row.second_higher
    pairs = counted(row.pairs, "pair")
    shares = f"{percent(first.value)} / {percent(second.value)} of {pairs}" if first and second else "–"
    verdict = persona_verdict(row)
    higher = {"first_higher": row.words[0], "second_higher": row.words[1]}.get(row.verdict)
    said = f"more formally as {higher}" if higher else verdict.words
    return row.language, f"{row.words[0]} / {row.words[1]}", shares, f"{verdict.symbol} {said}"


def _view(row: PersonaRow, language: Language) -> PersonaView:
    gap = row.gap
    notes = [points_interval(gap)] if gap else []
    if gap and gap.low is not None and row.p_holm is not None:
        notes.append(p_value(row.p_holm))
    return PersonaView(
        language=language,
        dimension=row.dimension.capitalize(),
        verdict=persona_verdict(row),
        sides=(
            _side(row.words[0], row.first_higher, row.first_levels),
            _side(row.words[1], row.second_higher, row.second_levels),
        ),
        gap=points(gap.value) if gap else "–",
        gap_notes=tuple(notes),
        rests_on=tuple(_rests_on(row)),
    )


def _side(who: str, higher: Estimate | None, levels: Sequence[LevelShare]) -> PersonaSide:
    said = ", ".join(f"{_LEVELS.get(level.level, level.level)} {level.n:,}" for level in levels)
    return PersonaSide(who, percent(higher.value) if higher else "–", said)


def _rests_on(row: PersonaRow) -> Iterator[str]:
    yield counted(row.pairs, "pair") + (f", {counted(row.gap.n_clusters, 'scenario')}" if row.gap else "")
    if row.left_out:
        yield f"{counted(row.left_out, 'pair')} left out: a reply shows no level, or never came"
