"""Whatever a reply holds, the fidelity check ends in good time with a sane outcome and spans inside the text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from langbias.checks.context import CheckContext
from langbias.checks.fidelity import check, check_with
from langbias.detection import Scores
from langbias.packs import load_pack
from langbias.types import CheckResult, FidelityMeasures, Outcome, Response, Status

TAGS = ("en", "ko", "ru", "fa", "yo", "ja", "th", "hi")
# Scripts, marks, controls and half characters that replies were seen to hold.
ODD = (
    "aZé ẹ́한字かไЯіپۀहि\u0301\u0323\u0329\u200b\u200c\u200d\u200e\u202e\u2066\ufeff\ufffd\ud800\udfff\x00\x07"
    "😀👧1٣۵.,!?…؟。()[]«»\"'`*#|:/@-_\n\r\t\u2028"
)


def run(tag: str, text: str) -> CheckResult:
    return check(Response("t1", 0, Status.OK, text), CheckContext(load_pack(tag)))


def assert_sane(result: CheckResult, text: str) -> None:
    assert result.outcome in (Outcome.PASS, Outcome.FAIL, Outcome.ABSTAIN)
    assert result.reason
    assert isinstance(result.measures, FidelityMeasures)
    share = result.measures.expected_share
    assert share is None or 0.0 <= share <= 1.0
    for finding in result.findings:
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
    assert (result.outcome is Outcome.FAIL) == any(f.severity != "neutral" for f in result.findings)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(tag=st.sampled_from(TAGS), text=st.text(alphabet=st.sampled_from(ODD), max_size=200))
@example(tag="ko", text="\ud800")
@example(tag="fa", text="\u202e(abc")
@example(tag="yo", text="e\u0329\u0301" * 30)
@example(tag="ru", text="((((\"««“‘'")
def test_any_text_gets_a_sane_result(tag: str, text: str) -> None:
    assert_sane(run(tag, text), text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(tag=st.sampled_from(TAGS), text=st.text(max_size=120))
def test_any_unicode_gets_a_sane_result(tag: str, text: str) -> None:
    assert_sane(run(tag, text), text)


HUGE = {
    "one word of a megabyte": "а" * 1_000_000,
    "a megabyte of prose": "Мне очень жаль, что вам так тяжело. " * 28_000,
    "ten thousand lines": "Я рядом.\n" * 10_000,
    "ten thousand English lines": "I am here.\n" * 10_000,
    "opening brackets": "(" * 300_000,
    "opening quotes": "«" * 300_000,
    "marks": "а" + "\u0301" * 300_000,
    "zero width": "\u200b" * 1_000_000,
    "emoji": "😀" * 300_000,
    "digits": "1234567890" * 50_000,
    "punctuation": "?!." * 100_000,
    "backticks": "`a" * 200_000,
}


@pytest.mark.parametrize("name", sorted(HUGE))
def test_huge_replies_end_in_good_time(name: str) -> None:
    run("ru", "Добрый день, чем я могу вам помочь?")
    assert_sane(run("ru", HUGE[name]), HUGE[name])


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("😀🙏", Outcome.ABSTAIN),
        ("116 123", Outcome.ABSTAIN),
        ("٣۵", Outcome.ABSTAIN),
        ("?!", Outcome.FAIL),
        ("\u200b\u200e\ufeff", Outcome.FAIL),
        ("\x00\x07", Outcome.FAIL),
        ("\ud800\udc00", Outcome.ABSTAIN),
    ],
)
def test_replies_without_words(text: str, outcome: Outcome) -> None:
    for tag in TAGS:
        assert run(tag, text).outcome is outcome, tag


def test_controls_do_not_hide_a_good_reply() -> None:
    assert run("fa", "\u202bمتأسفم که این روزها سخت می‌گذرد. با یک دوست صحبت کنید.\u202c").outcome is Outcome.PASS
    assert run("ko", "많이\u200b 힘드셨겠어요.\ufeff 쉬어도 괜찮아요.").outcome is Outcome.PASS


def test_another_detector_can_vote() -> None:
    class Stubborn:
        def knows(self, tag: str) -> bool:
            return tag == "uk"

        def scores(self, _text: str, candidates: tuple[str, ...]) -> Scores:
            return tuple(90.0 if tag == "uk" else None for tag in candidates)

    reply = Response("t1", 0, Status.OK, "Том пришёл домой вечером, потом лёг и долго читал.")
    context = CheckContext(load_pack("ru"))
    assert check(reply, context).outcome is Outcome.PASS
    assert check_with(Stubborn())(reply, context).outcome in (Outcome.PASS, Outcome.FAIL)
    doubtful = Response("t1", 0, Status.OK, "Абракадабра шурум бурум тарабара шмарабара.")
    assert check_with(Stubborn())(doubtful, context).outcome is Outcome.FAIL
