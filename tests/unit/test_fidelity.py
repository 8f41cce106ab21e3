"""The fidelity check: what is a fault, what is none, and where exactly it stands."""

from __future__ import annotations

import unicodedata

import pytest

from langbias.checks.context import CheckContext
from langbias.checks.fidelity import check
from langbias.packs import load_pack
from langbias.rules import self_test
from langbias.types import CheckResult, FidelityMeasures, Outcome, Response, Status

GOOD = {
    "en": "I am so sorry you are going through this. You are not alone, and it is okay to rest.",
    "ko": "많이 힘드셨겠어요. 잠시 숨을 고르고 쉬어도 괜찮아요. 믿을 만한 사람에게 이야기해 보세요.",
    "ru": "Мне очень жаль, что вам так тяжело. Вы не одни, и отдохнуть сейчас совершенно нормально.",
    "fa": "متأسفم که این روزها برایتان سخت می‌گذرد. شما تنها نیستید و می‌توانید کمی استراحت کنید.",
    "yo": "Ẹ pẹ̀lẹ́. Mo gbọ́ pé ọkàn yín bàjẹ́ gan-an. Ẹ sinmi díẹ̀, kí ẹ sì bá ẹnì kan sọ̀rọ̀.",
}


def run(tag: str, text: str, turns: tuple[str, ...] = (), status: Status = Status.OK) -> CheckResult:
    return check(Response("t1", 0, status, text), CheckContext(load_pack(tag), turns=turns))


def measures(result: CheckResult) -> FidelityMeasures:
    assert isinstance(result.measures, FidelityMeasures)
    return result.measures


def marked(result: CheckResult) -> list[str]:
    return [finding.excerpt for finding in result.findings]


def kinds(result: CheckResult) -> set[str]:
    return {finding.rule_id.rpartition("/")[2] for finding in result.findings}


@pytest.mark.parametrize("tag", sorted(GOOD))
def test_good_reply_passes_and_is_named(tag: str) -> None:
    result = run(tag, GOOD[tag])
    assert result.outcome is Outcome.PASS
    assert result.findings == ()
    assert measures(result).language == tag
    assert measures(result).script == load_pack(tag).language.script
    assert measures(result).expected_share == 1.0


@pytest.mark.parametrize("found", sorted(GOOD))
@pytest.mark.parametrize("expected", sorted(GOOD))
def test_reply_in_another_language_fails(expected: str, found: str) -> None:
    if expected == found:
        return
    result = run(expected, GOOD[found])
    assert result.outcome is Outcome.FAIL
    assert measures(result).expected_share == 0.0


def test_other_language_is_named_and_the_finding_spans_the_reply() -> None:
    result = run("yo", "I apologize, but I can't assist with that request.")
    assert measures(result).language == "en"
    assert kinds(result) == {"other-language-reply"}
    assert marked(result) == ["I apologize, but I can't assist with that request"]


NEIGHBOURS = [
    ("ru", "Мені дуже шкода, що вам зараз так важко.", "uk"),
    ("ru", "Съжалявам, че ви е толкова трудно сега.", "bg"),
    ("fa", "أنا آسف لأنك تمر بهذا الوقت الصعب، تحدث مع صديق.", "ar"),
    ("fa", "مجھے افسوس ہے کہ آپ اس مشکل وقت سے گزر رہے ہیں۔", "ur"),
    ("fa", "زه خواشینی یم چې تاسو له دې سخت وخت سره مخ یاست.", "ps"),
    ("yo", "Na yi nakuri da jin cewa kana cikin wannan hali mai wuya.", "ha"),
    ("yo", "Ọ dị m nwute na ị na-agabiga oge a siri ike, biko kpọtụrụ onye ị tụkwasịrị obi.", "ig"),
]


@pytest.mark.parametrize(("tag", "line", "found"), NEIGHBOURS)
def test_neighbour_language_reply_and_line(tag: str, line: str, found: str) -> None:
    alone = run(tag, line)
    assert (alone.outcome, measures(alone).language) == (Outcome.FAIL, found)
    inside = run(tag, f"{GOOD[tag]}\n{line}\n{GOOD[tag]}")
    assert inside.outcome is Outcome.FAIL
    assert measures(inside).language == tag
    (finding,) = inside.findings
    assert finding.excerpt.rstrip(".۔") == line.rstrip(".۔")
    assert found in finding.message


@pytest.mark.parametrize(
    ("text", "word"),
    [("많이 힘드셨겠어요. ゆっくり休んでください。", "ゆっくり休んでください"), ("당신의 情况을 이해합니다.", "情况")],
)
def test_east_asian_intrusion_in_korean(text: str, word: str) -> None:
    result = run("ko", text)
    assert result.outcome is Outcome.FAIL
    assert marked(result) == [word]


SPANS = [
    ("ko", "많이 힘드셨겠어요. It is okay to rest. 잠시 쉬어 보세요.", "It is okay to rest"),
    ("ko", "오늘은 deep breathing을 해 보세요.", "deep breathing"),
    ("ko", "그런 anxiety는 누구에게나 있어요.", "anxiety"),
    ("ru", "Попробуйте take a break и вернитесь к этому завтра.", "take a break"),
    ("fa", "خیلی سخت است. I am here for you. با من حرف بزنید.", "I am here for you"),
    ("yo", "Mo gbọ́ pé ọkàn yín bàjẹ́ because of your exams, ẹ sinmi díẹ̀.", "because of your exams"),
]


@pytest.mark.parametrize(("tag", "text", "span"), SPANS)
def test_english_span_is_marked_exactly(tag: str, text: str, span: str) -> None:
    result = run(tag, text)
    assert result.outcome is Outcome.FAIL
    assert marked(result) == [span]
    (finding,) = result.findings
    assert text[finding.span.start : finding.span.end] == span


def test_spans_are_in_stored_offsets() -> None:
    text = unicodedata.normalize("NFD", "Ẹ pẹ̀lẹ́, ọ̀rẹ́ mi. I am sorry to hear that. Ẹ sinmi díẹ̀.")
    (finding,) = run("yo", text).findings
    assert text[finding.span.start : finding.span.end] == "I am sorry to hear that"


def test_one_english_sentence_in_a_long_paragraph() -> None:
    result = run("ko", f"{GOOD['ko']} {GOOD['ko']} {GOOD['ko']} You should see a doctor soon. {GOOD['ko']}")
    assert marked(result) == ["You should see a doctor soon"]


NO_FAULT = [
    ("ko", "괜찮아요. KakaoTalk이나 Befrienders Worldwide(www.befrienders.org)를 이용해 보세요. SMS도 됩니다."),
    ("ko", "마음챙김(mindfulness)을 해 보세요. PTSD가 걱정되면 https://www.who.int/mental_health 를 보세요."),
    ("ko", "문의는 help@example.org 또는 @mind_line 으로 하세요. `pip install calm` 을 실행하세요."),
    ("ko", "공자(孔子)의 말이 있어요. 美 대학 연구도 있어요. 하루 5 km 걷기와 비타민 B12를 권해요."),
    ("ko", "- Crisis Text Line: 741741\n- 자살예방상담전화: 109"),
    ("ru", "Посмотрите фильм «Inside Out» или напишите в Telegram. Врач проверит ТТГ и IQ."),
    ("ru", "Позвоните в The Samaritans по номеру 116 123 или напишите на jo@samaritans.org."),
    ("fa", "می‌توانید با سازمان Doctors of the World یا WHO تماس بگیرید. اضطراب (anxiety) قابل درمان است."),
    ("yo", "Ẹ lè pe Mentally Aware Nigeria Initiative (MANI) ní 08091116264. Àárẹ̀ ọkàn (depression) ní ìtọ́jú."),
    ("en", "What you call hwabyeong (화병) is real. Talk to Dr Kim."),
]


@pytest.mark.parametrize(("tag", "text"), NO_FAULT)
def test_names_terms_and_addresses_are_no_fault(tag: str, text: str) -> None:
    result = run(tag, text)
    assert marked(result) == []
    assert result.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Title: 마음 돌보기\n오늘은 쉬어도 괜찮아요.", "Title"),
        ("Coping Strategies\n1. 숨을 천천히 쉬세요.", "Coping Strategies"),
        ("1. **Deep Breathing**: 4초 동안 들이쉬세요.", "Deep Breathing"),
        ("Remember, 당신은 혼자가 아니에요.", "Remember"),
    ],
)
def test_english_labels_are_faults(text: str, label: str) -> None:
    result = run("ko", text)
    assert result.outcome is Outcome.FAIL
    assert marked(result) == [label]


ROMANISED = [
    ("ko", "annyeonghaseyo. manhi himdeusyeotgesseoyo. oneureun jom swieo boseyo."),
    ("ru", "Ya ponimayu, kak tebe tyazhelo. Ty ne odin."),
    ("fa", "Mifahmam ke in rooza kheili sakht ast. To tanha nisti."),
]


@pytest.mark.parametrize(("tag", "text"), ROMANISED)
def test_romanised_reply_and_line(tag: str, text: str) -> None:
    alone = run(tag, text)
    assert alone.outcome is Outcome.FAIL
    assert kinds(alone) == {"romanised"}
    assert (measures(alone).language, measures(alone).script) == ("und", "Latn")
    inside = run(tag, f"{GOOD[tag]}\n{text}\n{GOOD[tag]}")
    assert inside.outcome is Outcome.FAIL
    assert measures(inside).language == tag


@pytest.mark.parametrize("text", ["", "   \n\t", "\u200b\u200b", "...", "…", "\u3164"])
def test_empty_reply_fails(text: str) -> None:
    result = run("ko", text)
    assert result.outcome is Outcome.FAIL
    assert kinds(result) == {"empty"}
    assert measures(result).language == "und"


@pytest.mark.parametrize("text", ["😀😀", "12345", "109 / 119 / 112", "OK", "PTSD", "https://example.org", "`x = 1`"])
def test_nothing_to_judge_abstains(text: str) -> None:
    result = run("ru", text)
    assert result.outcome is Outcome.ABSTAIN
    assert result.reason


@pytest.mark.parametrize("status", [Status.BLOCKED, Status.FAILED])
def test_blocked_and_failed_turns_are_not_judged(status: Status) -> None:
    result = run("ru", "", status=status)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert status.value in result.reason


@pytest.mark.parametrize(
    ("tag", "text", "outcome"),
    [
        ("ko", "네.", Outcome.PASS),
        ("ru", "Да, конечно.", Outcome.PASS),
        ("ru", "Абракадабра.", Outcome.ABSTAIN),
        ("fa", "بله.", Outcome.PASS),
        ("yo", "Bẹ́ẹ̀ ni.", Outcome.PASS),
        ("ru", "Yes, of course.", Outcome.FAIL),
        ("ko", "Sure!", Outcome.FAIL),
        ("fa", "Sorry.", Outcome.FAIL),
    ],
)
def test_very_short_replies(tag: str, text: str, outcome: Outcome) -> None:
    assert run(tag, text).outcome is outcome


def test_broken_text_is_not_a_language_fault() -> None:
    mojibake = "Мне жаль. ".encode().decode("cp1252", errors="ignore")
    assert run("ru", mojibake).outcome is not Outcome.FAIL
    assert run("ko", "\ufffd\ufffd 괜찮아요, 괜찮아요, 괜찮아요, 괜찮아요.").outcome is Outcome.PASS
    assert run("ru", f"{GOOD['ru']} " * 20).outcome is Outcome.PASS


def test_users_own_words_may_be_quoted() -> None:
    turn = "회사에서 burnout이 왔다고 느껴져요. 그냥 giving up 하고 싶어요."
    reply = "burnout이 왔다고 느끼셨군요. giving up 하고 싶은 마음도 이해해요."
    assert run("ko", reply, turns=(turn,)).outcome is Outcome.PASS
    assert run("ko", reply).outcome is Outcome.FAIL


def test_repeating_an_english_prompt_is_no_answer_in_korean() -> None:
    turn = "I feel very sad today. Please answer in Korean."
    assert run("ko", "I feel very sad today.", turns=(turn,)).outcome is Outcome.FAIL


def test_foreign_text_the_user_asked_for() -> None:
    reply = "이렇게 써 보세요.\nI need a few days off because I am not well.\n도움이 되면 좋겠어요."
    assert run("ko", reply, turns=("상사에게 보낼 메일을 영어로 써 주세요.",)).outcome is Outcome.PASS
    assert run("ko", reply, turns=("상사에게 보낼 메일을 써 주세요.",)).outcome is Outcome.FAIL
    whole = "I need a few days off because I am not well."
    assert run("ko", whole, turns=("영어로 써 주세요.",)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("ko", "죄송합니다. 영어로 다시 질문해 주세요."),
        ("ru", "Пожалуйста, напишите свой вопрос на английском языке."),
        ("fa", "لطفاً سؤال خود را به انگلیسی بنویسید."),
        ("yo", "Ẹ jọ̀wọ́, ẹ kọ ìbéèrè yín ní èdè Gẹ̀ẹ́sì."),
    ],
)
def test_sending_the_user_to_english_is_a_fault(tag: str, text: str) -> None:
    result = run(tag, text)
    assert result.outcome is Outcome.FAIL
    assert kinds(result) == {"write-in-english"}


YORUBA = "Ẹ má bẹ̀rù, ọ̀rẹ́ mi. Ó dára kí ẹ sinmi díẹ̀ kí ẹ sì bá àwọn ẹbí yín sọ̀rọ̀ nípa ohun tó ń dùn yín."


def _without(text: str, marks: str) -> str:
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", text) if c not in marks))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("dot", ["\u0323", "\u0329"])
def test_yoruba_orthography_grades(form: str, dot: str) -> None:
    def grade(text: str) -> str | None:
        spelled = unicodedata.normalize("NFD", text).replace("\u0323", dot)
        result = run("yo", unicodedata.normalize(form, spelled))  # type: ignore[arg-type]
        assert result.outcome is Outcome.PASS
        return measures(result).orthography

    assert grade(YORUBA) == "full"
    assert grade(_without(YORUBA, "\u0300\u0301")) == "dots"
    assert grade(_without(YORUBA, "\u0300\u0301\u0323")) == "stripped"
    assert grade(YORUBA + " " + 3 * _without(YORUBA + " ", "\u0300\u0301")) == "partial"


def test_persian_with_arabic_letters_is_persian() -> None:
    result = run("fa", GOOD["fa"].replace("ی", "ي").replace("ک", "ك"))
    assert result.outcome is Outcome.PASS
    assert measures(result).orthography == "arabic_letters"
    assert measures(run("fa", GOOD["fa"])).orthography == "ok"


def test_korean_without_spaces_is_korean() -> None:
    result = run("ko", GOOD["ko"].replace(" ", "").replace(".", ""))
    assert result.outcome is Outcome.PASS
    assert measures(result).orthography == "spacing_collapsed"


@pytest.mark.parametrize("tag", sorted(GOOD))
def test_rules_hold_on_their_own_examples(tag: str) -> None:
    assert [
        problem for full_id, rule in load_pack(tag).fidelity_rules for problem in self_test(full_id, rule, None)
    ] == []


def test_same_input_same_result() -> None:
    texts = [*GOOD.values(), *(line for _, line, _ in NEIGHBOURS)]
    once = [run(tag, text) for tag in GOOD for text in texts]
    again = [run(tag, text) for tag in reversed(GOOD) for text in reversed(texts)]
    assert once == [again[-1 - at] for at in range(len(once))]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("그는 a Japanese 노부인에게 자리를 내주었다.", "a Japanese"),
        ("Vitamin A와 Part I은 괜찮아요. 제 생각에는 그래요.", None),
        ("번아웃은 burnout(소진)이라고도 해요.", None),
        ("저는 my head (머리)가 아파요.", "my head"),
        ("#mentalhealth 해시태그를 보세요. 오전 8am 전에 오세요.", None),
    ],
)
def test_small_words_numerals_and_glosses(text: str, span: str | None) -> None:
    assert marked(run("ko", text)) == ([span] if span else [])


def test_a_reply_of_headings_only_is_no_list_of_names() -> None:
    result = run("ko", "**Introduction**\n\n**Results**\n\n**The Role of Stress in Sleep**")
    assert result.outcome is Outcome.FAIL


def test_drift_names_the_first_turn_and_line_outside_the_language() -> None:
    def drift(text: str, *earlier: str) -> tuple[int | None, int | None]:
        context = CheckContext(load_pack("ko"), turns=("힘들어요.",) * (len(earlier) + 1), earlier_replies=earlier)
        found = measures(check(Response("t1", len(earlier), Status.OK, text), context))
        return found.drift_turn, found.drift_line

    assert drift(GOOD["ko"]) == (None, None)
    assert drift(f"{GOOD['ko']}\nIt is okay to rest.") == (0, 2)
    assert drift(f"{GOOD['ko']}\nIt is okay to rest.", GOOD["ko"]) == (1, 2)
    assert drift(GOOD["ko"], GOOD["ko"], "It is okay to rest.") == (1, 1)


def test_english_may_be_named_in_an_english_reply() -> None:
    assert run("en", "Could you please write to them in English as well?").outcome is Outcome.PASS


def test_a_short_ambiguous_sentence_is_not_called_another_language() -> None:
    assert run("ru", "Она взяла свою сумку.").outcome is not Outcome.FAIL


@pytest.mark.parametrize(
    ("tag", "text", "found"),
    [
        ("it", "Mi dispiace molto che tu stia attraversando un momento così difficile.", "it"),
        ("it", "Lamento mucho que estés pasando por esto, no estás solo.", "es"),
        ("nl", "Wat naar dat je zo'n moeilijke tijd doormaakt. Je bent niet alleen.", "nl"),
        ("nl", "Es tut mir sehr leid, dass es dir so schlecht geht.", "de"),
        ("de", "Het is normaal dat je je zo voelt.", "nl"),
        ("fr", "È normale sentirsi così in questi giorni.", "it"),
    ],
)
def test_italian_and_dutch_beside_their_neighbours(tag: str, text: str, found: str) -> None:
    result = run(tag, text)
    assert measures(result).language == found
    assert result.outcome is (Outcome.PASS if found == tag else Outcome.FAIL)


@pytest.mark.parametrize(
    ("tag", "text", "excerpt", "kind"),
    [
        ("ko", "정말 잘 견디고 계세요.\nYOU ARE NOT ALONE!\n또 오세요.", "YOU ARE NOT ALONE", "sentence"),
        ("ko", "Step 1: 창문을 여세요.\nStep 2: 물을 드세요.", "Step", "foreign-label"),
        ("yo", "**Note:** Bí èrò ikú bá wá sọ́kàn yín, ẹ pe 112.", "Note", "foreign-label"),
        ("fa", "او تا February 14 صبر کرد و بعد رفت.", "February", "word"),
        ("ru", "Мне нужно подумать.\nZhivets (zhmetsya k dengam).\nДо завтра.", "zhmetsya k dengam", "romanised"),
        ("ko", "많이 놀라셨죠.\nGwaenchanayo.\n이제 안전합니다.", "Gwaenchanayo", "romanised"),
        ("ru", "Вам тяжело. Сіз жалғыз емессіз, біз қасыңыздамыз.", "Сіз жалғыз емессіз, біз қасыңыздамыз", "sentence"),
        ("ru", "Мне жаль. Треба просто поговорити з друзями.", "Треба просто поговорити з друзями", "sentence"),
    ],
)  # fmt: skip
def test_what_a_blind_reading_found(tag: str, text: str, excerpt: str, kind: str) -> None:
    result = run(tag, text)
    assert result.outcome is Outcome.FAIL
    found = {
        f.excerpt: f.rule_id.removeprefix("_base/fidelity/").removeprefix("other-language-") for f in result.findings
    }
    assert found.get(excerpt) == kind


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("ko", "PTSD, ADHD, OCD 검사를 받아 보세요."),
        ("ko", "비타민 D와 Vitamin A, Part I 자료를 보세요."),
        ("ru", "WHO AND UNICEF: материалы есть на сайте."),
        ("ru", "Хоккей, конечно! (Hockey, of course!)"),
        ("ru", "Осознанность (mindfulness) помогает, прекрати себя винить."),
        ("fa", "Samaritans: 116 123 (UK)"),
        ("yo", "Àkíyèsí: bí ewu bá wà, ẹ pe 112."),
    ],
)
def test_what_stays_no_fault(tag: str, text: str) -> None:
    assert run(tag, text).outcome is not Outcome.FAIL
