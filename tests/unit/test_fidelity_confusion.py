"""The Language Confusion Benchmark's measures, worked by hand."""

from __future__ import annotations

import math

import pytest

from langbias.checks.context import CheckContext
from langbias.checks.fidelity import check
from langbias.packs import load_pack
from langbias.report.words import measure, measure_interval
from langbias.stats.accumulate import Accumulator
from langbias.stats.confusion import ConfusionCounts, harmonic_mean
from langbias.stats.summary import MeasureRow
from langbias.stats.where import Where
from langbias.types import CheckResult, Estimate, FidelityMeasures, Outcome, Response, Status

KO = "오늘은 정말 힘든 하루를 보내셨군요."  # five tokens
RU = "Мне очень жаль, что вам тяжело."  # six tokens


def counts(tag: str, text: str, status: Status = Status.OK) -> tuple[int | None, int | None, bool | None]:
    found = check(Response("t", 0, status, text), CheckContext(load_pack(tag))).measures
    assert isinstance(found, FidelityMeasures)
    return found.lcb_lines, found.lcb_wrong_lines, found.lcb_english_word


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("ko", KO, (1, 0, False)),
        ("ko", f"{KO}\n잠시 쉬어 보세요.", (1, 0, False)),  # a line of three tokens is not looked at
        ("ko", f"{KO}\nTake some rest now.", (1, 0, False)),  # nor an English one of four
        ("ko", f"{KO}\nYou should take some rest now.", (2, 1, None)),
        ("ko", "오늘은 정말 힘든 하루를 보내셨군요 because 그래요.", (1, 0, True)),
        ("ko", "오늘은 정말 힘든 하루를 보내셨군요 Because 그래요.", (1, 0, False)),  # capitals are not looked up
        ("ko", "오늘은 정말 힘든 하루를 보내셨군요 the 그래요.", (1, 0, False)),  # nor three letters
        ("ko", "힘드시죠.", (0, 0, None)),
        ("ko", "", (0, 0, None)),
        ("ko", f"{KO}\nQ: What is the next question of the user?", (1, 0, False)),  # cut off there
        ("ru", f"{RU}\nМені дуже шкода, що вам зараз так важко.", (2, 1, None)),
        ("fa", "متأسفم که این روزها برایتان سخت می‌گذرد.", (1, 0, None)),  # no WPR for Persian
        ("en", "I am so sorry that you feel this way.", (1, 0, None)),
        ("zh", "我知道你现在很难过，先休息一下吧。", (1, 0, False)),
        ("zh", "我知道你现在很难过，please先休息一下吧。", (1, 0, True)),
    ],
)
def test_counts_of_a_reply(tag: str, text: str, expected: tuple[int, int, bool | None]) -> None:
    assert counts(tag, text) == expected


def test_a_blocked_reply_counts_nothing() -> None:
    assert counts("ko", "", Status.BLOCKED) == (None, None, None)


def counted(lines: int | None, wrong: int | None, english: bool | None) -> FidelityMeasures:
    return FidelityMeasures(lcb_lines=lines, lcb_wrong_lines=wrong, lcb_english_word=english)


def rows(language: str, *replies: FidelityMeasures) -> dict[str, MeasureRow]:
    counts = ConfusionCounts()
    for at, measures in enumerate(replies):
        counts.add("m", language, "fidelity", f"s{at}", measures)
    return {row.name: row for row in counts.rows(["m"], [language])}


def test_results_of_a_run_are_counted() -> None:
    accumulator = Accumulator()
    found = CheckResult("t", 0, "fidelity", Outcome.PASS, "", counted(2, 0, False))
    accumulator.add_result(Where("m", "ko", "s0"), found)
    assert [row.name for row in accumulator.confusion.rows(["m"], ["ko"])] == ["LPR", "WPR", "LCPR"]
    assert list(accumulator.confusion.rows(["m"], ["ru"])) == []


def test_pass_rates_of_a_language() -> None:
    # Ten replies: one with no line to judge, two with a wrong line, seven without, of which one has an English word.
    found = rows(
        "ko",
        counted(0, 0, None),
        counted(3, 1, None),
        counted(1, 1, None),
        *[counted(2, 0, False)] * 6,
        counted(2, 0, True),
    )
    lpr, wpr, lcpr = (found[name].estimate for name in ("LPR", "WPR", "LCPR"))
    assert lpr is not None
    assert wpr is not None
    assert lcpr is not None
    assert (lpr.value, lpr.n) == (7 / 9, 9)
    assert (wpr.value, wpr.n) == (6 / 7, 7)
    assert lcpr.value == pytest.approx(2 * (7 / 9) * (6 / 7) / (7 / 9 + 6 / 7))
    assert lcpr.low is not None
    assert lcpr.high is not None
    assert 0 < lcpr.low < lcpr.value < lcpr.high <= 1
    assert "langbias's detector" in found["LPR"].unit
    assert "English word list" in found["LCPR"].unit
    assert measure(lpr, found["LPR"].unit) == "78%"


def test_what_the_benchmark_does_not_define_is_not_defined() -> None:
    found = rows("fa", counted(2, 0, None), counted(2, 1, None))
    assert found["LPR"].estimate is not None
    assert found["LPR"].estimate.value == 0.5
    assert found["WPR"].estimate is None
    assert found["LCPR"].estimate is None
    assert measure(None, found["WPR"].unit) == "not defined"
    assert measure_interval(None, found["WPR"].unit) == "–"
    assert rows("ko", counted(0, 0, None))["LPR"].estimate is None
    assert rows("ko", counted(None, None, None)) == {}


def test_harmonic_mean_at_the_ends() -> None:
    none, full = Estimate(0.0, 0.0, 0.3, 9, 9, "w"), Estimate(1.0, 0.7, 1.0, 9, 9, "w")
    zero, one = harmonic_mean(none, full), harmonic_mean(full, full)
    assert zero is not None
    assert one is not None
    assert (zero.value, zero.low) == (0.0, 0.0)
    assert zero.high == pytest.approx(2 / (1 / 0.3 + 1))
    assert one.value == one.high == 1.0
    assert one.low == pytest.approx(2 / (2 + math.hypot(1 / 0.7 - 1, 1 / 0.7 - 1)))
    assert harmonic_mean(None, full) is None
    unknown = harmonic_mean(Estimate(0.5, None, None, 1, 1, "one"), full)
    assert unknown is not None
    assert unknown.low is None
    assert unknown.value == pytest.approx(2 / 3)
