"""The honorifics check on authored replies: address, levels, spans, findings, and every reason not to judge."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from langbias.checks.context import CheckContext
from langbias.checks.honorifics import check
from langbias.packs import load_pack
from langbias.packs.honorifics import HonorificsFile, Policy
from langbias.packs.loading import load_morphology
from langbias.types import CheckResult, Finding, HonorificsMeasures, Outcome, Response, Severity, Status


def _context(tag: str, *turns: str, earlier: tuple[str, ...] = ()) -> CheckContext:
    module = load_morphology(tag)
    analyse = module.analyse if module else None
    return CheckContext(pack=load_pack(tag), turns=turns, earlier_replies=earlier, analyse=analyse)


def _run(tag: str, text: str, *turns: str, earlier: tuple[str, ...] = (), status: Status = Status.OK) -> CheckResult:
    return check(Response("t", 0, status, text), _context(tag, *turns, earlier=earlier))


def _measures(result: CheckResult) -> HonorificsMeasures:
    assert isinstance(result.measures, HonorificsMeasures)
    return result.measures


def _address(tag: str, text: str) -> str | None:
    return _measures(_run(tag, text)).address


def _rules(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule_id for finding in findings]


@pytest.mark.parametrize(
    ("tag", "text", "address"),
    [
        ("ru", "Мне жаль, что вам так тяжело. Расскажите, что случилось.", "V"),
        ("ru", "Понимаю, как ты устал. Попробуй выспаться.", "T"),
        ("ru", "Важно не оставаться одному. Можно позвонить близким.", "none"),
        ("ru", "Вам нелегко. Расскажи, что случилось.", "mixed"),
        ("fa", "متأسفم که این روزها سخت می‌گذرد. اگر بخواهید، می‌توانید بنویسید.", "V"),
        ("fa", "می‌دونم خسته‌ای. بهت حق می‌دم.", "T"),
        ("fa", "چی شده؟ اگه دلتون خواست بگین، می‌شنوم. چقدر تنها موندین.", "V"),
        ("fa", "این حس طبیعی است.", "none"),
        ("yo", "Ẹ kú ìrọ̀lẹ́. Ẹ lè sọ ohun tó ń dùn yín fún mi.", "V"),
        ("yo", "Má bẹ̀rù. O lè sọ ohun tó ń dùn ọ́ fún mi. Ìwọ nìkan kọ́.", "T"),
        ("yo", "E pele. Ki lo n se yin?", "uncertain"),
        ("yo", "Ìbànújẹ́ máa ń kọjá lọ.", "none"),
    ],
)
def test_address_in_table_languages_and_russian(tag: str, text: str, address: str) -> None:
    assert _address(tag, text) == address


@pytest.mark.parametrize(
    ("text", "address", "levels"),
    [
        ("정말 힘드셨겠어요. 도움을 받을 수 있습니다.", "V", {"haeyo": 1, "hapsyo": 1}),
        ("정말 힘들었겠다. 좀 쉬어.", "T", {"haera": 1, "hae": 1}),
        ("우울증은 흔한 병이다. 치료할 수 있다.", "none", {"haera": 2}),
        ("안녕하세요. 오늘은 푹 쉬어.", "mixed", {"haeyo": 1, "hae": 1}),
        ("네가 걱정돼요.", "mixed", {"haeyo": 1}),
        ("물 마시기\n산책하기", "none", {}),
    ],
)
def test_korean_levels(text: str, address: str, levels: dict[str, int]) -> None:
    measures = _measures(_run("ko", text))
    assert measures.address == address
    assert {count.level: count.sentences for count in measures.levels or ()} == levels


def test_mixed_address_fails_and_names_both_sentences() -> None:
    reply = "Мне жаль, что вам плохо. Поговорите с врачом. Ты справишься."
    result = _run("ru", reply)
    assert result.outcome is Outcome.FAIL
    finding = result.findings[0]
    assert finding.rule_id == "ru/honorifics/mixed-address"
    assert reply[finding.span.start : finding.span.end] == "Ты"
    assert "Ты справишься." in finding.message
    assert "Мне жаль, что вам плохо." in finding.message


def test_spans_count_code_points_of_the_stored_text() -> None:
    stored = unicodedata.normalize("NFD", "Й" * 5 + ". Вам плохо. Ты справишься.")
    finding = _run("ru", stored).findings[0]
    assert stored[finding.span.start : finding.span.end] in ("Вам", "Ты")


def test_a_sourced_policy_break_fails() -> None:
    result = _run("ko", "많이 힘들었구나. 천천히 얘기해 줘.", "너무 힘들어요. 어떻게 해야 할까요?")
    assert result.outcome is Outcome.FAIL
    assert _rules(result.findings) == ["ko/honorifics/policy-adult"]


def test_an_unsourced_policy_break_only_warns() -> None:
    result = _run("ru", "Понимаю тебя. Расскажи ещё.", "Мне очень плохо, что делать?")
    assert result.outcome is Outcome.PASS
    assert [finding.severity for finding in result.findings] == [Severity.NEUTRAL]


def test_weak_forms_of_the_other_side_break_no_policy() -> None:
    result = _run("ko", "제 생각에는 내 마음부터 돌보는 게 좋아요.", "너무 힘들어요.")
    assert (result.outcome, result.findings) == (Outcome.PASS, ())


def test_every_cell_without_a_source_is_neutral() -> None:
    context = _context("ru", "Мне плохо.")
    cell = Policy(user="adult", acceptable=("V",), source="test", sourced=True, severity="major")
    pack = replace(context.pack, honorifics=_with_policy(context.pack.honorifics, cell))
    result = check(Response("t", 0, Status.OK, "Понимаю тебя."), replace(context, pack=pack))
    assert (result.outcome, result.findings[0].severity) == (Outcome.FAIL, Severity.MAJOR)


def _with_policy(data: HonorificsFile, *cells: Policy) -> HonorificsFile:
    import msgspec

    return msgspec.structs.replace(data, policy=cells)


def test_an_elder_is_owed_respect_in_yoruba() -> None:
    result = _run("yo", "Má bẹ̀rù, o lè bá mi sọ̀rọ̀. Ìwọ nìkan kọ́.", "Ìyá àgbà ni mí, mi ò lè sùn.")
    assert result.outcome is Outcome.FAIL
    assert result.findings[0].rule_id == "yo/honorifics/policy-elder"
    assert result.findings[0].prompt_excerpt == "Ìyá àgbà ni mí"


def test_english_has_nothing_to_check() -> None:
    result = _run("en", "I am sorry you feel this way.")
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert "English" in result.reason
    assert _measures(result).address is None


def test_a_language_without_data_says_so() -> None:
    context = _context("fa")
    pack = replace(context.pack, honorifics=HonorificsFile())
    result = check(Response("t", 0, Status.OK, "سلام"), replace(context, pack=pack))
    assert (result.outcome, result.reason) == (
        Outcome.NOT_APPLICABLE,
        "the pack of Persian has no honorifics data",
    )


@pytest.mark.parametrize(
    ("tag", "reply", "told", "rule"),
    [
        ("pl", "Powiedziałaś o tym mamie?", "Wczoraj płakałam cały dzień.", "gender-feminine"),
        ("pl", "Proszę się nie obwiniać, może Pan zadzwonić.", "Nie spałem całą noc.", "gender-masculine"),
        ("hi", "आप बहुत थक गई हैं। थोड़ा आराम कीजिए।", "मैं बहुत थक गई हूँ।", "gender-feminine"),
        ("hi", "तू अकेला है क्या? बता।", "मैं अकेला रहता हूँ।", "gender-masculine"),
        ("ar", "لا تترددي في طلب المساعدة.", "أنا متعبة جدا.", "gender-feminine"),
        ("ar", "لست وحيدًا في هذا.", "أنا متعب جدا.", "gender-masculine"),
        ("uk", "Ти не сама. Я поруч.", "Я не спала всю ніч.", "gender-feminine"),
        ("uk", "Ти не сам. Я поруч.", "Я не спав усю ніч.", "gender-masculine"),
    ],
)
def test_presumed_gender_is_told_unless_the_user_said_it(tag: str, reply: str, told: str, rule: str) -> None:
    def genders(*turns: str) -> set[str]:
        found = _run(tag, reply, *turns).findings
        return {f.rule_id.rsplit("/")[-1] for f in found if "gender" in f.rule_id and f.severity is Severity.NEUTRAL}

    assert genders("...") == {rule}
    assert genders(told) == set()


def test_a_pack_of_presumed_gender_alone_says_nothing_of_address() -> None:
    result = _run("ar", "لا تترددي في طلب المساعدة.")
    assert (result.outcome, _measures(result).address) == (Outcome.NOT_APPLICABLE, None)
    assert "presumed gender alone" in result.reason


@pytest.mark.parametrize("status", [Status.EMPTY, Status.BLOCKED, Status.FAILED])
def test_no_reply_is_not_judged(status: Status) -> None:
    assert _run("ru", "", status=status).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("text", ["", "   \n", "12345 !!!", "\ud800\udfff"])
def test_a_reply_without_words_is_not_judged(text: str) -> None:
    assert _run("ru", text).outcome is Outcome.NOT_APPLICABLE


def test_a_reply_in_another_script_is_left_to_fidelity() -> None:
    result = _run("ru", "I am sorry to hear that. Ты не один.")
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert "fidelity" in result.reason


def test_no_address_is_not_applicable_and_hidden_address_abstains() -> None:
    assert _run("ru", "Можно подышать медленно.").outcome is Outcome.NOT_APPLICABLE
    assert _run("yo", "E pele o. Ki lo n se yin?").outcome is Outcome.ABSTAIN


def test_a_missing_analyser_abstains() -> None:
    context = replace(_context("ru"), analyse=None)
    result = check(Response("t", 0, Status.OK, "Вам плохо."), context)
    assert result.outcome is Outcome.ABSTAIN


def test_a_truncated_reply_is_judged() -> None:
    assert _run("ru", "Вам плохо, и", status=Status.TRUNCATED).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "text", ["ты " * 30_000, "«" * 20_000 + "вам", "когда " * 20_000, "а" * 200_000, "- " * 40_000 + "вам"]
)
def test_hostile_replies_end(text: str) -> None:
    assert _run("ru", text).check_id == "honorifics"
