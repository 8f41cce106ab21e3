"""What the report says beside a raw figure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from langbias.report.remarks import badge, footnotes, outlook_lines, remarks, validated_words
from langbias.stats.cells import CheckFigures, Column, check_figures
from langbias.stats.estimates import Tally
from langbias.stats.instrument import ErrorRates
from langbias.stats.summary import Cell, Summary
from langbias.types import Outcome

GOOD = ErrorRates(Tally(97, 100), Tally(95, 100), "made up", "2026-01-01", "test")
POOR = ErrorRates(Tally(85, 100), Tally(75, 100), "made up", "2026-01-01", "test")
HOPELESS = ErrorRates(Tally(60, 100), Tally(60, 100), "made up", "2026-01-01", "test")


def column(language: str, failing: int, errors: ErrorRates | None = None, lost: int = 0) -> Column:
    tallies = tuple(Tally(int(at < failing), 1) if at < 40 - lost else Tally(0, 0) for at in range(40))
    repeats = tuple({0: Tally(int(at < failing), 1), 1: Tally(at % 2, 1)} for at in range(40))
    gone = tuple(int(at >= 40 - lost) for at in range(40))
    return Column(language, tallies, Counter({Outcome.PASS: 40}), (1,) * 40, gone, repeats, errors=errors)


def cells(*columns: Column) -> tuple[Cell, ...]:
    return check_figures("m", "fidelity", "en", columns, [f"s{at}" for at in range(40)], 1).cells


def test_a_validated_cell_shows_raw_and_corrected_and_what_the_check_could_make() -> None:
    found = cells(column("en", 4, GOOD), column("ko", 12, POOR))[1]
    said = " | ".join(remarks(found))
    assert badge(found) == "corrected, Rogan-Gladen"
    assert "corrected 8%" in said
    assert "finds 85% of failing and keeps 75% of good replies (200 labels by test, 2026-01-01)" in said
    assert "of the gap's 20 points" in said
    assert "the check's own errors could make this gap" in said
    assert "small: fewer than 50 scenarios" in said


def test_what_is_not_known_is_called_unvalidated() -> None:
    plain, hopeless = cells(column("en", 4), column("ko", 12))[1], cells(column("en", 4), column("ko", 12, HOPELESS))[1]
    assert badge(plain) == "unvalidated"
    assert badge(hopeless) == "measured: errs too often to be corrected"
    assert "none of them validated" in validated_words([plain])
    assert "in 1 of 2 cells" in validated_words([plain, hopeless])


def test_labels_of_language_models_are_never_called_people_s_judgement() -> None:
    models = [replace(errors, by_people=False, who_labelled="two language models") for errors in (GOOD, POOR)]
    found = cells(column("en", 4, models[0]), column("ko", 12, models[1]))
    assert found[1].corrected is None
    assert badge(found[1]) == "unvalidated: measured by labels of language models alone"
    assert any("200 labels by two language models" in line for line in remarks(found[1]))
    assert "none of them validated" in validated_words(found)
    assert "only against labels of language models" in validated_words(found)


@pytest.mark.parametrize("by_people", [True, False])
@pytest.mark.parametrize("failing", [4, 30])
def test_a_check_that_misses_most_failing_replies_gives_no_verdict_on_a_gap(by_people: bool, failing: int) -> None:
    """In Yoruba it may see one fault in six: neither a gap nor its absence can be read from that."""
    blind = ErrorRates(Tally(3, 19), Tally(83, 83), "made up", "2026-01-01", "test", by_people)
    found = cells(column("en", 4, GOOD), column("yo", failing, blind))[1]
    assert found.verdict == "insufficient"
    assert any("misses too many failing replies" in line for line in remarks(found))


def test_lost_replies_are_bounded_in_words() -> None:
    found = cells(column("en", 0), column("ko", 8, lost=10))[1]
    assert any("10 of 40 replies never came" in line and "gap" in line for line in remarks(found))


def summary_of(figures: CheckFigures) -> Summary:
    return Summary(
        "r", "s", 1, "en", ("m",), ("en", "ko"), ("fidelity",), 40, (), figures.cells, (),
        (figures.floor,), (figures.spread,) if figures.spread else (),
    )  # fmt: skip


def test_footnotes_name_the_noise() -> None:
    figures = check_figures(
        "m", "fidelity", "en", [column("en", 4), column("ko", 9)], [f"s{at}" for at in range(40)], 1
    )
    summary = summary_of(figures)
    said = " ".join(footnotes(summary, "m"))
    assert "differ by up to" in said
    assert "shuffled language labels" in said
    assert footnotes(summary, "other") == ()


def test_a_second_wording_is_told_with_how_far_it_reaches() -> None:
    base = replace(column("en", 4), paraphrase=column("en", 6).tallies[:12] + (Tally(0, 0),) * 28)
    figures = check_figures("m", "fidelity", "en", [base, column("ko", 9)], [f"s{at}" for at in range(40)], 1)
    (line,) = (line for line in footnotes(summary_of(figures), "m") if "second wording" in line)
    assert "moves the baseline by +17 points" in line
    assert "12 scenarios); a gap no larger than that is never a finding." in line


def test_the_report_says_what_the_plan_says() -> None:
    assert "finds no gap" in outlook_lines(2, 1, 5)[0]
    assert "for one language alone" in outlook_lines(60, 3, 5)[0]
    assert "margin of 10 points" in outlook_lines(60, 3, 5)[1]
