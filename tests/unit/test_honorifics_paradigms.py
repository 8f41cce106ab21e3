"""Whole paradigms, made by the rules of grammar: no form of address may be found only because it stood in some text."""

from __future__ import annotations

import pytest

from langbias.checks.honorifics.address import read_address
from langbias.packs import load_pack
from langbias.packs.loading import load_morphology


def _address(tag: str, text: str) -> str:
    module = load_morphology(tag)
    return read_address(text, load_pack(tag).honorifics, module.analyse if module else None).address


def _read(tag: str, texts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        found.setdefault(_address(tag, text), []).append(text)
    return found


REGULAR = {
    # stems of regular verbs; endings of the second person singular, each in a sentence of its own
    "es": (
        [("descans", "ar"), ("trabaj", "ar"), ("llor", "ar"), ("comprend", "er"), ("escrib", "ir")],
        {"ar": ["as", "abas", "aste", "arás", "arías", "aras"], "er": ["es", "ías", "iste", "erás", "erías", "ieras"],
         "ir": ["es", "ías", "iste", "irás", "irías", "ieras"]},
        "No {} así.",
    ),
    "pt": (
        [("descans", "ar"), ("trabalh", "ar"), ("chor", "ar"), ("compreend", "er"), ("decid", "ir")],
        {"ar": ["as", "avas", "aste", "arás", "asses"], "er": ["es", "ias", "este", "erás", "esses"],
         "ir": ["es", "ias", "iste", "irás", "isses"]},
        "Não {} assim.",
    ),
    "it": (
        [("parl", "are"), ("lavor", "are"), ("cred", "ere"), ("dorm", "ire")],
        {"are": ["avi", "erai", "eresti"], "ere": ["i", "evi", "erai", "eresti"],
         "ire": ["i", "ivi", "irai", "iresti"]},
        "Quando {} meglio?",
    ),
    "pl": (
        [("czek", "ać"), ("pamięt", "ać"), ("rozmawi", "ać"), ("pytaj", "x")],
        {"ać": ["asz", "ałeś", "ałaś", "aj", "ałbyś"], "x": [""]},
        "Nie {} sam.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("tag", REGULAR)
def test_the_second_person_singular_of_regular_verbs_is_familiar(tag: str) -> None:
    verbs, endings, frame = REGULAR[tag]
    texts = [frame.format(stem + ending) for stem, kind in verbs for ending in endings[kind]]
    assert set(_read(tag, texts)) == {"T"}


@pytest.mark.parametrize(
    ("tag", "texts"),
    [
        ("es", ["¿Descansa por las tardes?", "¿Cómo duerme últimamente?", "¿Desde cuándo llora?",
                "Quisiera hacerle una pregunta.",
                "Si duerme mal, dígamelo.", "Estoy aquí para escucharle.", "¿Y sus amigos?", "Siéntese un rato."]),
        ("pt", ["Descansa à tarde?", "Como dorme ultimamente?", "Desde quando chora?", "Queria fazer-lhe uma pergunta.",
                "Se dormir mal, diga-me.", "Estou aqui para o ouvir.", "E os seus amigos?", "Respire fundo."]),
        ("it", ["Riposa nel pomeriggio?", "Come dorme adesso?", "Da quando piange?", "Vorrei farle una domanda.",
                "Se ha voglia, mi scriva.", "Sono qui per ascoltarla.", "E i suoi amici?", "Prenda fiato."]),
        ("de", ["Sie wissen, was ich meine.", "Wie geht es Ihnen?", "Ich lese viel. Sie?", "Haben Sie Zeit?"]),
        ("hi", ["आप लोग थके हैं।", "इसे मत भूलें।", "कृपया थोड़ा टहलें।", "मुझे सब बताइएगा।"]),
        ("tr", ["Bana her şeyi anlatın.", "Sakın üzülmeyin.", "Bir uzmandan yardım alın.", "Dikkat edin."]),
        ("ru", ["Вам всё равно тяжело.", "Вы всё сделали сами.", "Вы беседуете с ними."]),
        ("fa", ["فرمایش تون درسته.", "حرفتان را می‌فهمم."]),
    ],
)  # fmt: skip
def test_respectful_without_a_pronoun_or_by_its_formulas(tag: str, texts: list[str]) -> None:
    assert _read(tag, texts) == {"V": texts}


@pytest.mark.parametrize(
    ("tag", "texts"),
    [
        ("de", ["Beruhige dich.", "Vermeide Kaffee am Abend.", "Informiere jemanden.", "Dürft ihr das?"]),
        ("fr", ["Ouvre la fenêtre.", "Évite les écrans.", "Lève les yeux.", "Va voir quelqu'un.", "Je t'écoute."]),
        ("hi", ["थोड़ा टहलो।", "तुरंत लौटोगे न?", "सब अकेले झेलती हो।", "मन की बात लिख लो।"]),
        ("it", ["Come reagisci?", "Cosa proponi?", "Perché taci?", "Quando ricominci?"]),
        ("tr", ["Çok yoruldun.", "Eskiden erken kalkardın.", "Kendine zaman ver.", "Bana her şeyi anlat."]),
        ("uk", ["Йди додому й поспи.", "Дай собі час."]),
        ("bn", ["আজ কী কী করেছ?", "আগে একটু খেয়ে নাও তারপর কথা হবে।"]),
        ("fa", ["کمی از خونه خارج شو.", "تو تنها نیستی."]),
        ("ko", ["왜?", "점심은?", "이름이 예쁘구나, 몇 살이야?"]),
    ],
)
def test_familiar_forms(tag: str, texts: list[str]) -> None:
    assert _read(tag, texts) == {"T": texts}


@pytest.mark.parametrize(
    ("tag", "texts"),
    [
        ("es", ["Hay quejas y mejoras presentes.", "Que no lo despierte el ruido.", "Son tonterías.",
                "Dieciséis años después."]),
        ("pt", ["Os líderes ouvem queixas.", "Iguarias e cervejarias de Budapeste.", "As buscas duras cansam."]),
        ("it", ["Gli operai e i librai.", "Entrai in casa.", "Gli alberi scoperti.", "Certi aspetti restano."]),
        ("pl", ["Ten kraj i tutaj, i dzisiaj.", "Życie w tym klimacie.", "Nareszcie obaj wracają.", "Tomasz milczy."]),
        ("tr", ["İnsana iyi gelir.", "Bundan memnunuz.", "Akdeniz ılık.", "Devletin yardımı."]),
        ("hi", ["इसीलिए सब रुक गया।", "वह योगी है और उपयोगी भी।", "ऐसा होगा।"]),
        ("de", ["Es kostet 20 EUR.", "Der Beginn war schwer."]),
        ("uk", ["Кілька століть тому.", "У першого травня май цвіте."]),
    ],
)  # fmt: skip
def test_words_that_only_look_like_an_address(tag: str, texts: list[str]) -> None:
    assert _read(tag, texts) == {"none": texts}


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "Tu hermano no duerme. ¿Trabaja de noche?"),
        ("es", "¿Cómo ha mejorado tu vida?"),
        ("pt", "A tua irmã está mal. Dorme à noite?"),
        ("pt", "O teu irmão errou. Qual é a sua desculpa?"),
        ("it", "Tua sorella sta male. Dorme la notte?"),
        ("it", "Tuo fratello ha sbagliato. Qual è la sua scusa?"),
    ],
)
def test_a_third_person_who_was_named_is_not_the_reader(tag: str, text: str) -> None:
    assert _address(tag, text) == "T"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "¿Cómo duerme últimamente? Tú no tienes la culpa."),
        ("pt", "Como dorme ultimamente? Tu não tens culpa."),
        ("it", "Come dorme adesso? Tu non hai colpa."),
        ("hi", "आप लोग थके हैं। तुम आराम करो।"),
    ],
)
def test_a_change_between_sentences_is_a_mix(tag: str, text: str) -> None:
    assert _address(tag, text) == "mixed"


def test_an_aside_before_a_comma_is_not_the_level_of_the_sentence() -> None:
    assert _address("ko", "이름이 예쁘구나, 한번 불러 봐도 될까요?") == "V"
    assert _address("ko", "그랬구나. 한번 불러 봐도 될까요?") == "mixed"
    assert _address("ko", "넘 씨끄러워요.") == "V"


def test_yoruba_possessive_after_a_noun_is_not_the_plural_of_respect() -> None:
    assert _address("yo", "Ó dára, báwo ni ara ẹ?") == "T"
    assert _address("yo", "Bawo ni ara ẹ?") != "V"
    assert _address("yo", "Ṣẹ́ẹ gbọ́?") == "V"
