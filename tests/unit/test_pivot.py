"""The English pivot on authored controls: independent replies, true translations, and too little to say."""

from __future__ import annotations

import pytest

from langbias.stats.pivot import PivotPrompt, aligned_chrf, chrf, pivot_index

# Per prompt: two replies of one writer, the English-minded reply in translation, an independent one (authored).
CONTROLS = (
    (
        "sleep",
        "Не лежите без сна, лучше встать и посидеть на кухне. Запишите тревоги на листок с вечера.",
        "Если не спится, встаньте и посидите на кухне. С вечера запишите на листок все тревоги.",
        "Не лежите без сна: встаньте, посидите на кухне. Тревоги с вечера запишите на листок.",
        "Проветрите комнату, сделайте её прохладной. Кофе пейте только до обеда.",
    ),
    (
        "debt",
        "Позвоните в банк и спросите про отсрочку платежа. Жене лучше узнать о долгах от вас.",
        "Спросите в банке об отсрочке платежа, хватит звонка. О долгах жене лучше узнать от вас.",
        "Позвоните в банк, спросите про отсрочку. Лучше, чтобы жена узнала о долгах от вас.",
        "Составьте таблицу расходов за месяц. Подработку ищите поближе к дому, без вложений.",
    ),
    (
        "grief",
        "Три месяца после смерти мамы это совсем мало. Плакать у плиты над её рецептом естественно.",
        "После смерти мамы три месяца совсем мало времени. Естественно плакать над её рецептом у плиты.",
        "Три месяца со смерти мамы совсем мало. Естественно, что вы плачете у плиты над её рецептом.",
        "Сходите на кладбище с братом в воскресенье. Старые снимки можно разобрать всей семьёй.",
    ),
    (
        "panic",
        "Сядьте спиной к стене и дышите медленно. Выдох делайте длиннее вдоха, считайте до шести.",
        "Дышите медленно, сидя спиной к стене. Считайте до шести, выдох пусть будет длиннее вдоха.",
        "Сядьте, прислонитесь спиной к стене, дышите медленно. Выдох длиннее вдоха, счёт до шести.",
        "Умойтесь ледяной водой, сожмите в руке кубик льда. Позовите соседку посидеть рядом.",
    ),
    (
        "exam",
        "Закройте учебники в одиннадцать вечера и поспите. Деньги за репетиторов родители дали сами.",
        "В одиннадцать вечера закройте учебники, вам надо поспать. Родители сами дали деньги за репетиторов.",
        "Закройте учебники в одиннадцать и ложитесь поспать. Родители сами заплатили деньги за репетиторов.",
        "Разбейте билеты на карточки по темам. Утром голова свежее, трудное решайте до завтрака.",
    ),
)
TRANSLATED = [PivotPrompt(name, (one, two), (same,)) for name, one, two, same, _ in CONTROLS]
INDEPENDENT = [PivotPrompt(name, (one, two), (other,)) for name, one, two, _, other in CONTROLS]


def test_true_translations_come_out_near_one() -> None:
    found = pivot_index(TRANSLATED, seed=1)
    assert found.index is not None
    assert found.index.value == pytest.approx(1, abs=0.3)
    assert found.similar is None


def test_independent_replies_come_out_near_zero() -> None:
    found = pivot_index(INDEPENDENT, seed=1)
    assert found.index is not None
    assert found.index.value == pytest.approx(0, abs=0.15)


def test_the_control_bound_decides() -> None:
    assert pivot_index(TRANSLATED, seed=1, control_bound=0.4).similar is True
    assert pivot_index(INDEPENDENT, seed=1, control_bound=0.4).similar is False


def test_too_few_prompts_or_replies_abstain() -> None:
    assert pivot_index(TRANSLATED[:3], seed=1).index is None
    alone = [PivotPrompt(p.id, p.own[:1], p.translated) for p in TRANSLATED]
    assert "0 usable prompts" in pivot_index(alone, seed=1).reason
    assert pivot_index([], seed=1).index is None


def test_replies_that_are_alike_for_every_prompt_abstain() -> None:
    same = [PivotPrompt(str(n), (CONTROLS[0][1], CONTROLS[0][4]), (CONTROLS[0][1],)) for n in range(5)]
    assert "undefined" in pivot_index(same, seed=1).reason


def test_order_of_sentences_does_not_matter() -> None:
    one = "Закройте книги. Выпейте чаю с мёдом."
    assert aligned_chrf(one, "Выпейте чаю с мёдом. Закройте книги.") == pytest.approx(100)
    assert aligned_chrf("", one) == 0


def test_chrf_is_bounded() -> None:
    assert chrf("abc", "abc") == pytest.approx(100)
    assert chrf("abc", "xyz") == 0


def test_the_same_seed_gives_the_same_result() -> None:
    assert pivot_index(TRANSLATED, seed=3) == pivot_index(TRANSLATED, seed=3)
