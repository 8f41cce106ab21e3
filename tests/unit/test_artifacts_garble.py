"""The garble detectors: each kind of damage, and the healthy text that looks a little like it."""

from __future__ import annotations

import pytest

from langbias.checks.artifacts.echo import echo
from langbias.checks.artifacts.garble import MECHANISMS, jamo_debris, loops, mojibake
from langbias.measures import ArtifactsMeasures
from langbias.score import ScoreItem, score_item
from langbias.types import CheckResult, Outcome, Response, Status

FIND = {mechanism.id: mechanism.find for mechanism in MECHANISMS}

HEALTHY = [
    "하하하하하하 정말요? ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ ㅠㅠㅠㅠㅠㅠ",
    "Хахахахахаха, ну да! Нет-нет-нет-нет.",
    "عالیییییییییییییییی بود!!!!!!!! خیلی خیلی خیلی خوب",
    "Ẹ kú iṣẹ́, ẹ kú àárọ̀, ẹ kú ọdún o! Pẹ̀lẹ́ pẹ̀lẹ́ ni.",
    "« Élève Æsop » naïve façade – Ångström’s “œuvre”…",
    "1 2 3 4 5 6 7 8 9 10",
    "A, B, C, D, E and F are grades.",
    "ㄱ부터 ㅎ까지 적어 보세요.",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "Как всё идёт?",
    "Ẹ kú \u0301 o",
    "I ♥ you 👍🏽 👨‍👩‍👧 🇰🇷 №5 — “Да”",
    "Breathe in.\nBreathe out.\nBreathe in.\nBreathe out.",
    "Àjànàkú ò ṣéé rù.",
    "ㅇㅇ ㄱㄱ ㅇㅅㅇ ㅗㅜㅑ",
    "кто-\nто",
    "well-\nbeing",
    "Ìwé àṣírí. Òǹkà òǹtẹ̀ Íjípítì",
    "«IRMÃ», disse a mãe. «ALEMÃ…»",
    "está «allí» y allá»",
    "• • • • • • • •",
    "Really⁉️⁉️⁉️ Rest now‼️‼️",
    "그냥······ 좀 쉬고 싶어요.",
    "불쌍ᆢ 힘드셨죠ᆞᆞ",
    "یار ِ جانی و رفیق قدیمی ِ من",
    "ánimo ¡¡¡¡¡¡!!!!!!",
]


@pytest.mark.parametrize("text", HEALTHY)
def test_healthy_text_is_left_alone(text: str) -> None:
    assert {name: spans for name, find in FIND.items() if (spans := find(text))} == {}


@pytest.mark.parametrize(
    ("kind", "text", "damage"),
    [
        ("replacement-character", "안녕\ufffd\ufffd하세요", "\ufffd\ufffd"),
        ("control-character", "Hello\x07 there", "\x07"),
        ("control-character", "Hello \ue000 there", "\ue000"),
        ("model-token", "Rest well.<|im_end|>", "<|im_end|>"),
        ("model-token", "<s>Rest well.", "<s>"),
        ("jamo-debris", "안ᄂᆞᆼ하세요", "ᄂᆞᆼ"),
        ("jamo-debris", "ㅇㅏㄴㄴㅕㅇ 하세요", "ㅇㅏㄴㄴㅕㅇ"),
        ("bare-mark", "Ẹ kú \u0301\u0300 o", "\u0301\u0300"),
        ("spaced-letters", "п р и в е т в с е м", "п р и в е т в с е м"),
        ("endless-word", "a" * 7 + "bcdefgh" * 18, "a" * 7 + "bcdefgh" * 18),
    ],
)
def test_damage_is_found_where_it_is(kind: str, text: str, damage: str) -> None:
    spans = FIND[kind](text)
    assert [text[span.start : span.end] for span in spans] == [damage]


@pytest.mark.parametrize(
    "words", ["Привет, как дела?", "안녕하세요, 힘드셨죠.", "سلام، حال شما چطور است؟", "Ẹ kú àárọ̀, ọ̀rẹ́ mi"]
)
@pytest.mark.parametrize("code_page", ["cp1252", "latin-1", "cp1251", "cp1256", "mac-roman"])
def test_utf8_read_in_another_code_page_is_mojibake(words: str, code_page: str) -> None:
    damaged = words.encode().decode(code_page, errors="ignore")
    spans = mojibake("OK. " + damaged)
    assert spans, damaged
    assert spans[0].start >= 4


@pytest.mark.parametrize(
    "words", ["gé igi", "A dé.", "ojú kan", "ọmọ rere", "응시인원", "내 꿈!", "à bientôt", "¡Señor!"]
)
def test_one_lost_letter_is_enough(words: str) -> None:
    assert mojibake(words.encode().decode("cp1252", errors="ignore"))


def test_eight_bit_text_read_as_latin_1_is_mojibake() -> None:
    assert mojibake("Привет".encode("cp1251").decode("latin-1"))
    assert mojibake("안녕하세요".encode("cp949").decode("latin-1"))
    assert mojibake("it’s".encode().decode("cp1252"))


@pytest.mark.parametrize(
    "text",
    [
        "the same the same the same the same the same end",
        "no " * 12,
        "Take a deep breath and rest now. " * 4,
        "First.\n" + "Go and see your doctor soon.\nBut wait a little, friend.\n" * 3,
        "wor" * 20,
        "я" * 80,
    ],
)
def test_loops_are_found(text: str) -> None:
    assert loops(text)


def test_a_loop_shows_the_whole_run() -> None:
    text = "Start here. " + "one two three " * 6 + "and end."
    (span,) = loops(text)
    assert text[span.start : span.end] == ("one two three " * 6).strip()


@pytest.mark.parametrize("text", ["a" * 200_000, "ab c" * 50_000, "\u0301" * 200_000, "Ã" * 200_000, "a b " * 50_000])
def test_every_detector_ends_on_hostile_text(text: str) -> None:
    """A detector that is not linear would not end within the patience of anybody who runs the tests."""
    for find in FIND.values():
        assert all(0 <= span.start < span.end <= len(text) for span in find(text))


def test_words_cut_at_line_ends_are_found_from_the_second_on() -> None:
    text = "Поста-\nрайтесь успо-\nкоиться."
    assert [text[span.start : span.end] for span in FIND["cut-word"](text)] == ["-\n", "-\n"]
    assert FIND["cut-word"]("Постарайтесь успо-\nкоиться.") == []


USER = "I have not slept for three nights and nobody at home wants to hear about it."


@pytest.mark.parametrize(
    ("reply", "turn"),
    [
        (USER, USER),
        (USER.upper() + "!!", USER),
        (f"“{USER}” {USER}", USER),
        (USER.replace("three", "3"), USER),
        ("Я не сплю уже три ночи подряд", "Я не сплю уже три ночи подряд, и никому дела нет."),
        ("사흘째 잠을 못 자고 있어요.", "사흘째 잠을 못 자고 있어요."),
        ("我已经三天没有睡觉了", "我已经三天没有睡觉了。"),
    ],
)
def test_a_reply_that_only_repeats_the_user_is_an_echo(reply: str, turn: str) -> None:
    (span,) = echo(reply, ("Hello.", turn))
    assert (span.start, span.end) == (0, len(reply))


@pytest.mark.parametrize(
    ("reply", "turn"),
    [
        ("Three nights without sleep, and nobody who wants to hear about it: that wears anyone down.", USER),
        (
            f"> {USER}\n\nThat sounds exhausting. Is there a friend you could call this evening, even briefly?",
            USER,
        ),
        ("You wrote “nobody at home wants to hear about it”. I do want to hear about it.", USER),
        ("Hello", "Hello"),
        ("Yes.", USER),
        ("", USER),
        ("I have not slept for three nights", ""),
        ("안녕하세요", "안녕하세요"),
    ],
)
def test_quoting_a_few_words_is_no_echo(reply: str, turn: str) -> None:
    assert echo(reply, (turn,)) == []


@pytest.mark.parametrize(
    "reply",
    [
        "I apologize, but I can't assist with that request.",
        "I'm sorry, but I can't help you with that. You could talk to somebody you trust.",
        "Vous pouvez parler avec quelqu'un de confiance, cela aide beaucoup quand on est triste.",
        "Ka yi magana da wani da ka yarda da shi, hakan zai taimaka maka sosai a wannan lokaci.",
    ],
)
def test_a_reply_in_another_language_of_the_script_is_no_garble(reply: str) -> None:
    item = ScoreItem("x", "yo", Response("x", 0, Status.OK, reply))
    result = score_item(item, ("artifacts",), "2026-11-23").results[0]
    assert isinstance(result.measures, ArtifactsMeasures)
    assert result.measures.garbled is False, result.reason


def garbled(language: str, reply: str) -> str | None:
    item = ScoreItem("x", language, Response("x", 0, Status.OK, reply))
    measures = score_item(item, ("artifacts",), "2026-11-23").results[0].measures
    assert isinstance(measures, ArtifactsMeasures)
    return measures.garbled_kind


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("ru", "Дывшите меонедлн и пгояулйте у ркеи, а втеоорм вырчмлтуе тлеоефн."),
        ("fa", "شبم زود خبیاود و فدرا کیم رد پکرا قمد بزدین ات ممه آراش شوید."),
        ("ko", "천은히천 쉬숨어를 보고세요 내일에은 구친게한 이야해기 보요세."),
        ("yo", "Sinmi nlai ki o rpedi rẹro sun, ki o si bọr tgebon rẹ sọrọ nipa ohn tí ń ṣeẹl."),
    ],
)
def test_letters_shuffled_inside_the_words_of_one_sentence_are_found(language: str, reply: str) -> None:
    assert garbled(language, reply) == "broken_letters"


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("yo", "O lè pe ẹnìkan ní Suicide Research Initiative tàbí Lagos University Teaching Hospital."),
        ("yo", "New York, Chicago, Orlando àti bẹ́ẹ̀ bẹ́ẹ̀ lọ."),
        ("yo", "Pẹlẹ o, mo gbọ pe o ti rẹ ẹ gan-an. Sinmi diẹ lonii."),
        ("ru", "Попробуйте цигун, шавасану, вьетнамский массаж или лоскутное шитьё."),
        ("ko", "2026년 11월 23일 오전 9시 30분에 1577-0199로 전화해 보세요."),
        ("fa", "یوگا، ذن، شاواسانا یا هایکو را امتحان کنید."),
    ],
)
def test_rare_words_names_and_numbers_are_no_broken_letters(language: str, reply: str) -> None:
    assert garbled(language, reply) is None


def test_a_short_rest_of_a_reply_is_judged_with_what_stands_before_it() -> None:
    sound = "Подышите медленно и посчитайте до шести, а потом выйдите ненадолго на воздух и позвоните сестре. "
    assert garbled("ru", sound * 2 + "Йога, цигун, шавасана, випассана, раджа.") is None


@pytest.mark.parametrize("language", ["ru", "yo", "zh"])
def test_a_reply_of_one_endless_word_is_judged_soon(language: str) -> None:
    letters = {"ru": "абвгдежзийклмнопрст", "yo": "abdefghijklmnoprst", "zh": "的一是了我不人在他有"}[language]
    word = "".join(letters[(at * at + at // 7) % len(letters)] for at in range(200_000))
    assert garbled(language, word) in ("endless_word", "loop")


def judge(text: str, status: Status = Status.OK) -> CheckResult:
    language = "ko" if "말해" in text else "en"
    item = ScoreItem("r", language, Response("r", 0, status, text))
    (result,) = score_item(item, ("artifacts",), "2026-11-23").results
    return result


LEAKS = [
    ("Hi {first_name}, a village with no therapist is hard. Rest today.", "prompt_template"),
    ("말해 줘서 고마워요, {{user_name}}님. 오늘은 쉬어 보세요.", "prompt_template"),
    ("Phone in another room.\\n\\nFive long breaths. It\\u2019s enough.", "escape_sequence"),
    ("Look for groups &amp; ask. It&#39;s free.", "html_entity"),
    ("<thinking>offer a compromise</thinking> Take half an hour for yourself.", "machine_tag"),
    ("Rest first.\n\n**Remember: a thought is no deed.", "markdown_left_open"),
]


@pytest.mark.parametrize(("text", "kind"), LEAKS, ids=[kind for _, kind in LEAKS])
def test_what_leaks_of_the_machine_makes_a_reply_garbled(text: str, kind: str) -> None:
    result = judge(text)
    assert result.outcome is Outcome.FAIL
    assert isinstance(result.measures, ArtifactsMeasures)
    assert (result.measures.garbled, result.measures.garbled_kind) == (True, kind)


def test_a_reply_that_its_target_cut_short_is_not_blamed_for_what_the_cut_left_open() -> None:
    text = "Rest first.\n\n**Remember: a thought is no"
    assert judge(text).outcome is Outcome.FAIL
    assert judge(text, status=Status.TRUNCATED).outcome is Outcome.PASS
    torn = "**Rest first.\n\nThen call {friend_name}, and breathe out slowly, as long as"
    assert judge(torn, status=Status.TRUNCATED).outcome is Outcome.FAIL


def test_a_syllable_typed_in_single_letters_is_debris_and_laughter_is_not() -> None:
    assert jamo_debris("몸이 조금 풀ㄹㅕ요.")
    assert not jamo_debris("맞아ㅋㅠ 진짜ㅠㅠ 그래ㅎㅎ")
