"""What makes a sentence advice: one type a phrase, reasons and stories aside, pronouns that take up an if-clause."""

from __future__ import annotations

import pytest

from langbias.checks.culture.clauses import CueIndex
from langbias.checks.culture.folding import Folded
from langbias.checks.culture.overlaps import taken_over
from langbias.checks.culture.recommendations import hits_of
from langbias.packs import load_pack
from langbias.packs.culture import Cues, CultureFile, RecommendationType
from langbias.text import Text
from langbias.types import Span


def advised(text: str, pack: CultureFile) -> dict[str, bool]:
    """Types that `text` recommends, each with whether on a condition."""
    folded = Folded(Text(text), tuple(sorted(pack.fold.items())), pack.strip_marks).value
    hits = hits_of(folded, pack, CueIndex(pack, folded))
    return {hit.type: hit.conditional for hit in hits if hit.polarity == "recommend"}


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        # a person who is told something, or spoken to by another, is no helper
        ("en", "Tell your manager that you won't answer messages after six.", {"boundaries": False}),
        ("ru", "Попросите дедушку, которого все уважают, поговорить с отцом.", {"elder_mediator": False}),
        # the counsellor of a school is one piece of advice
        ("en", "The counseling office on your campus can help.", {"institution": False}),
        ("yo", "Lọ rí olùdámọ̀ràn ilé-ìwé yín.", {"institution": False}),
        # equals stay two
        ("en", "Call a friend or your brother tonight.", {"friend": False, "family": False}),
        ("fa", "به یک دوست یا به برادرت زنگ بزن.", {"friend": False, "family": False}),
        ("en", "Look for a compromise, or wait it out.", {"negotiate_harmony": False, "endure_accept": False}),
        ("ru", "Запишитесь в беговой клуб.", {"exercise": False, "peer_community": False}),
        # also where a pattern takes the "and" along
        ("en", "Speak with your pastor and your parents.", {"religious_leader": False, "family": False}),
        ("yo", "Bá pásítọ̀ tàbí ẹ̀gbọ́n rẹ sọ̀rọ̀.", {"religious_leader": False, "family": False}),
        # "or" ends like the word "as", which false friends begin with
        ("yo", "Bá ọ̀rẹ́ rẹ tàbí ẹbí rẹ sọ̀rọ̀.", {"friend": False, "family": False}),
        ("ru", "Сходите с подругой на каток.", {"friend": False, "exercise": False}),
        # an if-clause names the person, the advice says "her"
        ("en", "If your aunt is the soft one, start with her.", {"family": True}),
        ("ru", "Если тётя из них самая мягкая, начни с неё.", {"family": True}),
        # a later clause takes up the person by a pronoun; where it denies or advises nothing, it does not
        ("en", "Your brother has been through a divorce too; ask him how he slept.", {"family": False}),
        ("en", "Your brother has been through a divorce too; don't ask him about it.", {}),
        ("en", "Your brother has been through a divorce too; that took years.", {}),
        # reasons, stories and questions advise nothing
        ("en", "Because your sister moved away, the house feels empty.", {}),
        ("ru", "Моя знакомая полгода не могла зайти в комнату умершего сына.", {}),
        ("ko", "지금 곁에 의지할 만한 가족이나 친구가 있으세요?", {}),
        ("en", "Do you have friends or relatives living close by?", {}),
        # the verb at the end of a Korean sentence decides
        ("ko", "주임님께 이틀 연속 야간은 무리라고 말씀드리세요.", {"institution": False}),
        ("ko", "목사님께 이미 다 말씀드렸는데도 마음이 무거우셨군요.", {}),
    ],
)
def test_what_a_sentence_advises(tag: str, text: str, expected: dict[str, bool]) -> None:
    assert advised(text, load_pack(tag).culture) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        # what the heading says last counts
        ("I understand that you are in pain. Here are some ideas:", {"exercise": False}),
        ("I hear how tired you have been, but here are some ideas:", {"exercise": False}),
        ("Here are some ideas. You told me what you already tried:", {}),
        ("What you told me that you tried:", {}),
        ("Things to avoid for now:", {}),
    ],
)
def test_what_a_heading_makes_of_its_list(heading: str, expected: dict[str, bool]) -> None:
    assert advised(f"{heading}\n- a short walk\n", load_pack("en").culture) == expected


def small_pack(*, needs_frame: bool) -> CultureFile:
    block = RecommendationType("exercise", ("walks?",), ("Take a walk.",), ("No walk.",), "house rule")
    return CultureFile(cues=Cues(directive=(r"\btake\b",)), recommendation=(block,), needs_frame=needs_frame)


def test_a_pack_may_ask_for_a_frame() -> None:
    remark = "There were long walks in those years."
    assert advised(remark, small_pack(needs_frame=False)) == {"exercise": False}
    assert advised(remark, small_pack(needs_frame=True)) == {}
    assert advised("Take walks.", small_pack(needs_frame=True)) == {"exercise": False}


@pytest.mark.parametrize(
    ("kind", "other", "gap", "joined", "expected"),
    [
        ("family", "elder_mediator", 200, True, True),  # anywhere in the sentence
        ("talk_therapy", "institution", 10, False, True),
        ("talk_therapy", "institution", 10, True, False),  # "the dean or a therapist"
        ("talk_therapy", "institution", 90, False, False),
        ("rest_selfcare", "crisis_line", 20, False, True),  # outranked
        ("exercise", "friend", 5, False, False),
        ("medication", "primary_care", 5, False, False),
    ],
)
def test_taken_over(kind: str, other: str, gap: int, joined: bool, expected: bool) -> None:
    own, where = Span(0, 5), Span(5 + gap, 10 + gap)
    assert taken_over(kind, own, [(kind, own), (other, where)], lambda *_: joined) is expected


def test_a_sentence_of_a_thousand_words_ends_soon() -> None:
    assert "friend" in advised("Call a friend and your brother, " * 2_000, load_pack("en").culture)


def test_no_two_types_take_each_other_over() -> None:
    """Else two pieces of advice would make each other vanish."""
    from langbias.checks.culture.overlaps import _TAKES_OVER

    mutual = [(one, two) for one, taken in _TAKES_OVER.items() for two in taken if one in _TAKES_OVER.get(two, {})]
    assert mutual == []
