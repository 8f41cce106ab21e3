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
KOREAN = (
    (
        "sleep",
        "누워서 뒤척이지 말고 일어나서 부엌에 잠깐 앉아 있어 보세요. 걱정되는 일은 저녁에 종이에 적어 두세요.",
        "잠이 안 오면 일어나서 부엌에 잠깐 앉아 있어 보세요. 저녁에 걱정되는 일을 종이에 적어 두는 것도 좋아요.",
        "뒤척이며 누워 있지 말고 일어나 부엌에 앉아 보세요. 걱정되는 일은 저녁에 미리 종이에 적어 두세요.",
        "방을 조금 서늘하게 해 두면 한결 편해요. 커피는 점심 전까지만 드시고요.",
    ),
    (
        "debt",
        "은행에 전화해서 상환을 미룰 수 있는지 물어보세요. 빚 이야기는 아내분이 직접 듣는 편이 나아요.",
        "은행에 전화를 걸어 상환을 미룰 수 있는지 알아보세요. 아내분은 빚 이야기를 직접 듣는 편이 나을 거예요.",
        "은행에 전화해서 상환을 미뤄 줄 수 있는지 물어보세요. 아내분이 빚 이야기를 당신에게서 듣는 편이 나아요.",
        "한 달 동안 쓴 돈을 표로 정리해 보면 줄일 곳이 보여요. 부업은 집 가까운 데서 찾으세요.",
    ),
    (
        "grief",
        "어머니를 보내고 석 달은 정말 짧은 시간이에요. 어머니 반찬을 만들다가 우는 건 당연한 일이에요.",
        "석 달은 어머니를 보내기에 정말 짧은 시간이에요. 반찬을 만들다가 울게 되는 것도 당연한 일이에요.",
        "어머니를 보낸 지 석 달이면 아주 짧은 시간이에요. 어머니 반찬을 만들다가 우는 것은 당연해요.",
        "주말에 동생과 산소에 다녀오시면 어떨까요. 오래된 사진은 온 식구가 모였을 때 꺼내 보세요.",
    ),
    (
        "panic",
        "벽에 등을 대고 앉아서 천천히 숨을 쉬어 보세요. 여섯까지 세면서 내쉬는 숨을 더 길게 하세요.",
        "등을 벽에 대고 앉아 천천히 숨을 쉬세요. 내쉬는 숨은 여섯까지 세면서 길게 해 보세요.",
        "벽에 등을 기대고 앉아서 천천히 숨을 쉬세요. 여섯까지 세면서 내쉬는 숨을 더 길게 해 보세요.",
        "찬물로 세수하고 얼음을 손에 꼭 쥐어 보세요. 이웃에게 옆에 와 있어 달라고 해도 괜찮아요.",
    ),
)
TRANSLATED, KOREAN_TRANSLATED = (
    [PivotPrompt(name, (one, two), (same,)) for name, one, two, same, _ in controls] for controls in (CONTROLS, KOREAN)
)
INDEPENDENT, KOREAN_INDEPENDENT = (
    [PivotPrompt(name, (one, two), (other,)) for name, one, two, _, other in controls]
    for controls in (CONTROLS, KOREAN)
)


@pytest.mark.parametrize("prompts", [TRANSLATED, KOREAN_TRANSLATED])
def test_true_translations_come_out_near_one(prompts: list[PivotPrompt]) -> None:
    found = pivot_index(prompts, seed=1)
    assert found.index is not None
    assert found.index.value == pytest.approx(1, abs=0.3)
    assert found.similar is None


@pytest.mark.parametrize("prompts", [INDEPENDENT, KOREAN_INDEPENDENT])
def test_independent_replies_come_out_near_zero(prompts: list[PivotPrompt]) -> None:
    found = pivot_index(prompts, seed=1)
    assert found.index is not None
    assert found.index.value == pytest.approx(0, abs=0.1)


def test_a_short_sentence_weighs_little() -> None:
    long = "Запишите тревоги на листок с вечера, а потом погасите свет."
    assert aligned_chrf(f"{long} Отдохните.", long) > 80


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
