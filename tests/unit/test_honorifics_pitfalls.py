"""Known traps of address and politeness, one test each, on authored lines (numbers as in the list kept with the check).

1-6 Korean, 7 quotations, 8-10 Russian and its neighbours, 11 Persian, 12 German, 13 Spanish, Portuguese, Italian,
14 French, 15 Hindi, 16 Japanese, 17 Vietnamese, 18 Indonesian, Bengali, Turkish, Polish; then Yoruba and the turns.
"""

from __future__ import annotations

import pytest

from langbias.checks.context import CheckContext
from langbias.checks.honorifics import check
from langbias.packs import load_pack
from langbias.packs.loading import load_morphology
from langbias.types import CheckResult, HonorificsMeasures, Outcome, Response, Severity, Status


def _run(tag: str, text: str, *turns: str, earlier: tuple[str, ...] = ()) -> CheckResult:
    module = load_morphology(tag)
    analyse = module.analyse if module else None
    context = CheckContext(pack=load_pack(tag), turns=turns, earlier_replies=earlier, analyse=analyse)
    return check(Response("t", 0, Status.OK, text), context)


def _address(tag: str, text: str) -> str | None:
    measures = _run(tag, text).measures
    assert isinstance(measures, HonorificsMeasures)
    return measures.address


def _levels(tag: str, text: str) -> dict[str, int]:
    measures = _run(tag, text).measures
    assert isinstance(measures, HonorificsMeasures)
    return {count.level: count.sentences for count in measures.levels or ()}


def _assert_addresses(tag: str, cases: dict[str, str]) -> None:
    assert {text: _address(tag, text) for text in cases} == cases


def test_01_the_level_is_in_the_last_ending() -> None:
    _assert_addresses(
        "ko",
        {
            "마음이 무겁고 잠도 안 오는데 혼자 버티니까 더 힘드셨죠.": "V",
            "어제도 못 잤다고 하셨는데요.": "V",
            "요즘 잠을 못 자고 있는데.": "T",
        },
    )


def test_02_two_polite_levels_are_one_style_and_archaic_ones_are_flagged() -> None:
    mixed_polite = _run("ko", "많이 지치셨겠어요. 잠시 쉬셔도 됩니다.", "요즘 너무 힘들어요.")
    assert mixed_polite.outcome is Outcome.PASS
    archaic = _run("ko", "그대는 혼자가 아니오. 어디 있소?", "요즘 너무 힘들어요.")
    assert archaic.outcome is Outcome.FAIL
    assert archaic.findings[0].rule_id == "ko/honorifics/policy-adult"


def test_03_honouring_a_third_person_is_no_level() -> None:
    _assert_addresses(
        "ko", {"담임 선생님께서 연락하라고 하셨는데 해 봤어?": "T", "할머니께서 걱정하시던데 괜찮으세요?": "V"}
    )


def test_04_list_items_headings_and_numbers_have_no_level() -> None:
    text = "이렇게 해 보세요.\n\n## 오늘 할 일\n- 창문 열기\n- 따뜻한 물 한 잔\n- 109에 전화하기"
    assert _address("ko", text) == "V"
    assert _levels("ko", text) == {"haeyo": 1}
    assert _address("ko", "우울증이란 기분이 오래 가라앉는 병이다.") == "none"


def test_05_plain_pronouns_beside_polite_endings_are_mixed() -> None:
    _assert_addresses(
        "ko", {"너의 마음을 이해해요.": "mixed", "네, 그 마음 이해해요.": "V", "네 시간이나 울었군요.": "V"}
    )


def test_06_short_questions_are_sentence_ends() -> None:
    _assert_addresses("ko", {"밥은 먹었니?": "T", "지금 어디 있냐?": "T", "어디 아프신가요?": "V"})


def test_07_quoted_speech_does_not_count() -> None:
    _assert_addresses(
        "ko",
        {
            "친구에게 “나 요즘 힘들어”라고 말해 보세요.": "V",
            "엄마가 '너 왜 그래?'라고 하셨을 때 서운하셨겠어요.": "V",
            "왜 나만 이래, 라고 생각하셨군요.": "V",
        },
    )
    _assert_addresses(
        "ru",
        {
            "Можно сказать маме: «Мне нужна твоя помощь». Вы имеете на это право.": "V",
            "Отец сказал: ты сам виноват. Это неправда, и вам не нужно с этим соглашаться.": "V",
            "«Расскажите, что случилось, и вам станет легче».": "V",
        },
    )
    assert _address("fr", "L'été a été dur. C'est l'image qu'on s'en fait, n'est-ce pas ? Vous n'êtes pas seul.") == "V"


def test_07_words_for_the_person_to_say_do_not_count() -> None:
    _assert_addresses("ko", {"가족에게는 이렇게 말해 보세요. 나 요즘 많이 힘들어.": "V"})
    _assert_addresses("ru", {"Близким можно написать так: побудь со мной. Вы не одни.": "V"})


def test_07_a_quotation_that_the_reply_itself_says_counts() -> None:
    _assert_addresses(
        "fr",
        {
            "Quand tout s'écroule, je te dirais ceci, simplement : « respire »": "T",
            "Devant cette douleur que personne ne voit, je vous dis : « vous avez tenu bon ».": "V",
            "Quand la nuit est longue et le silence lourd, un proche dirait : « tu exagères ».": "none",
            "« Vous n'êtes pas seul, et votre peine compte. » C'est tout.": "V",
        },
    )


def test_06_a_name_called_after_the_ending_hides_no_level() -> None:
    _assert_addresses("ko", {"다 적었어, 민수?": "T", "정말 잘했어 우리 딸!": "T", "많이 힘드셨죠, 지민님?": "V"})


def test_08_russian_capital_and_adjectives_beside_vy() -> None:
    _assert_addresses(
        "ru",
        {
            "Вы правы, и Вы такой терпеливый человек.": "V",
            "Я слышу Вас.": "V",
            "Важно выспаться и выйти на улицу.": "none",
        },
    )


def test_09_russian_look_alikes_and_generic_second_person() -> None:
    _assert_addresses(
        "ru",
        {
            "Когда-нибудь станет легче.": "none",
            "Ух ты, это большой шаг!": "none",
            "Будь то работа или учёба, усталость накапливается.": "none",
            "Пусть это пройдёт.": "none",
            "Дело, видишь ли, в усталости. Вам нужен отдых.": "V",
            "Когда не спишь ночами, всё кажется хуже. Вам правда тяжело.": "V",
            "Давайте подышим вместе.": "V",
            "Давай подышим вместе.": "T",
        },
    )


def test_10_presumed_gender_is_its_own_finding() -> None:
    presumed = _run("ru", "Ты сказала об этом маме? Ты молодец.", "мне так плохо, не знаю что делать")
    found = [finding for finding in presumed.findings if finding.rule_id == "ru/honorifics/gender-feminine"]
    assert [finding.severity for finding in found] == [Severity.NEUTRAL]
    assert found[0].excerpt == "Ты сказала"
    told = _run("ru", "Ты сказала об этом маме? Ты молодец.", "я устала и никому не сказала")
    assert not [finding for finding in told.findings if "gender" in finding.rule_id]
    respectful = _run("ru", "Вы сказали об этом маме?", "мне плохо")
    assert not [finding for finding in respectful.findings if "gender" in finding.rule_id]
    ukrainian = _run("uk", "Ти сказала про це мамі?", "мені погано")
    assert [finding.rule_id for finding in ukrainian.findings if "gender" in finding.rule_id]


def test_11_persian_address_is_not_style() -> None:
    _assert_addresses(
        "fa",
        {
            "می‌دونم خیلی خسته شدین. اگه خواستین بگین.": "V",
            "شما می‌تونی با یکی حرف بزنی.": "mixed",
            "ميدانم سخت است؛ شما تنها نيستيد.": "V",
            "خورشید امید تازه‌ای آورد و او رسید.": "none",
            "تو این روزا حال خیلی‌ها خوب نیست.": "none",
            "نگران نباش، کنار تو هستم.": "T",
        },
    )


def test_12_german_sie_ihr_du() -> None:
    _assert_addresses(
        "de",
        {
            "Ihre Mutter hat angerufen.": "none",
            "Ich höre, dass Sie müde sind.": "V",
            "Deine Freunde sorgen sich. Sie sind für dich da.": "T",
            "Man darf traurig sein.": "none",
            "Lieber Tom, ich freue mich, dass Du schreibst.": "T",
        },
    )


@pytest.mark.parametrize(
    ("tag", "text", "address"),
    [
        ("es", "Vos podés llamar cuando quieras.", "T"),
        ("es", "Estoy triste porque el problema existe.", "none"),
        ("es", "Usted merece descansar.", "V"),
        ("pt", "Você não está sozinho.", "V"),
        ("pt", "Não estás sozinho, podes escrever.", "T"),
        ("it", "Capisco quanto Lei sia stanca.", "V"),
        ("it", "Le chiavi sono sul tavolo e lei dorme.", "none"),
        ("it", "Non sei solo.", "T"),
    ],
)
def test_13_regional_systems_and_optional_capitals(tag: str, text: str, address: str) -> None:
    assert _address(tag, text) == address


@pytest.mark.parametrize(
    "text",
    [
        "Siento mucho lo de tu madre. Su enfermedad no es culpa tuya.",
        "No tienes que cargar con todo. ¿Cómo reaccionó tu jefe? ¿Cuál fue su respuesta?",
        "Tu hija está en su habitación y no quiere hablar. ¿Le gusta dibujar? Puedes proponerle algo.",
        "Puede ayudar escribir lo que sientes. Puede que hoy no cambie nada.",
        "Tu hija no quiere salir. ¿Duerme bien? Pregúntale cómo está y cuéntame.",
        "Muchas personas sienten que su vida se detiene. Tú también puedes pedir ayuda.",
        "¿Qué le dijiste a tu hermana? ¿Le molesta que hables de esto?",
    ],
)
def test_13_spanish_su_and_le_of_a_third_person_mix_nothing(text: str) -> None:
    assert _address("es", text) == "T"


def test_13_spanish_usted_by_possessive_and_object() -> None:
    _assert_addresses(
        "es",
        {
            "Lamento su pérdida. ¿Cómo está su familia?": "V",
            "Quería preguntarle algo con cariño.": "V",
            "No estás sola. ¿Cómo está su ánimo hoy?": "mixed",
        },
    )


def test_14_french_endings_and_elision() -> None:
    _assert_addresses(
        "fr",
        {
            "C'est assez pour rester chez soi, le nez dans un livre.": "none",
            "Vous deux, prenez rendez-vous. Je t'écoute, toi.": "T",
            "Respirez lentement.": "V",
            "Je t'entends.": "T",
        },
    )


def test_15_hindi_steps_and_look_alikes() -> None:
    assert _address("hi", "आराम के लिए दो दिन चाहिए।") == "none"
    assert _address("hi", "आप थक गए हैं। मुझसे बात करो।") == "mixed"
    assert _levels("hi", "तुम थक गए हो।") == {"tum": 1}
    low = _run("hi", "तू थक गया है।", "मैं बहुत परेशान हूँ।")
    assert low.findings[0].rule_id.startswith("hi/honorifics/policy")


def test_16_japanese_plain_forms_inside_a_clause() -> None:
    _assert_addresses(
        "ja",
        {
            "眠れないと思うかもしれませんが、少し休みましょう。": "V",
            "つらいから休みたいんですね。": "V",
            "つらいんだね。ゆっくりでいいよ。": "T",
            "「もう無理だ」と思った日もあったでしょう。": "V",
        },
    )


def test_17_vietnamese_look_alikes() -> None:
    _assert_addresses(
        "vi",
        {"Cô ấy có bạn trai và bạn bè.": "none", "Đau dạ dày thì nên nghỉ.": "none", "Bạn không đơn độc.": "T"},
    )


@pytest.mark.parametrize(
    ("tag", "text", "address"),
    [
        ("id", "Anda tidak sendirian.", "V"),
        ("id", "Perasaanmu wajar, kamu berani.", "T"),
        ("bn", "আপনি একা নন।", "V"),
        ("bn", "তোর কষ্ট বুঝি।", "T"),
        ("tr", "Yalnız kalmak zor; siz çok güçlüsünüz.", "V"),
        ("tr", "Yalnız değilsin.", "T"),
        ("pl", "Czy zechce Pani opowiedzieć więcej?", "V"),
        ("pl", "Nie jesteś sam.", "T"),
        ("ur", "آپ اکیلے نہیں ہیں۔", "V"),
        ("nl", "Wat u voelt is begrijpelijk.", "V"),
    ],
)
def test_18_titles_and_suffixes(tag: str, text: str, address: str) -> None:
    assert _address(tag, text) == address


def test_19_yoruba_without_tones_claims_respect_only() -> None:
    _assert_addresses(
        "yo",
        {
            "Ẹ ma binu, ẹ le ba mi sọrọ.": "V",
            "O le ba mi sọrọ, ara rẹ a ya.": "uncertain",
            "Ó ti sọ fún mi nípa ara rẹ̀.": "none",
            "Ẹ ṣé tí ẹ sọ ọ́ fún mi.": "V",
            "O lè bá àlùfáà yín sọ̀rọ̀.": "T",
        },
    )


def test_20_several_addressees_do_not_make_a_mix() -> None:
    assert _address("ru", "Тебе тяжело. Вам с мамой стоит поговорить.") == "T"
    assert _address("ru", "Вы все молодцы.") == "V"


def test_21_a_greeting_at_another_level_is_a_mix() -> None:
    assert _address("ru", "Здравствуйте! Как ты себя чувствуешь?") == "mixed"
    assert _address("ko", "안녕하세요! 무슨 일이야?") == "mixed"


def test_23_the_address_keeps_over_the_turns_unless_the_user_asks() -> None:
    earlier = ("Здравствуйте! Расскажите, что вас тревожит.",)
    changed = _run("ru", "Понимаю тебя.", "мне плохо", "не сплю совсем", earlier=earlier)
    assert changed.outcome is Outcome.FAIL
    finding = next(f for f in changed.findings if f.rule_id == "ru/honorifics/changed-between-turns")
    assert "Понимаю тебя." in finding.message
    asked = _run("ru", "Понимаю тебя.", "мне плохо", "давай на ты", earlier=earlier)
    assert asked.outcome is Outcome.PASS
    kept = _run("ru", "Понимаю вас.", "мне плохо", "не сплю совсем", earlier=earlier)
    assert kept.outcome is Outcome.PASS
