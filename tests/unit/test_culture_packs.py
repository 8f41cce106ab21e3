"""Every block of every culture.toml against its own examples."""

from __future__ import annotations

import pytest

from langbias.checks.culture.clauses import CueIndex
from langbias.checks.culture.examples import self_test
from langbias.checks.culture.folding import Folded
from langbias.checks.culture.recommendations import Hit, hits_of
from langbias.packs import load_pack, pack_tags
from langbias.packs.advice_types import TYPES
from langbias.packs.culture import CultureFile
from langbias.text import Text

LISTED = {("family", "recommend"), ("rest_selfcare", "recommend")}
WARNED = {("rest_selfcare", "discourage"), ("journaling", "discourage")}
LANGUAGES = [tag for tag in pack_tags() if load_pack(tag).culture.recommendation]


def hits(text: str, pack: CultureFile) -> list[Hit]:
    folded = Folded(Text(text), tuple(sorted(pack.fold.items())), pack.strip_marks).value
    return hits_of(folded, pack, CueIndex(pack, folded))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_block_finds_its_examples_and_no_more(tag: str) -> None:
    assert self_test(tag, load_pack(tag).culture) == []


@pytest.mark.parametrize("tag", ["en", "ko", "ru", "fa", "yo"])
def test_core_languages_know_all_types(tag: str) -> None:
    assert {block.type for block in load_pack(tag).culture.recommendation} == set(TYPES)


def test_taxonomy_has_27_types() -> None:
    assert len(TYPES) == len(set(TYPES)) == 27


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("en", "Instead of medication, try a short walk.", {("medication", "discourage"), ("exercise", "recommend")}),
        ("en", "You might try:\n- speaking with a relative\n- a warm bath", LISTED),
        ("en", "Things to avoid:\n- alcohol\n- a nap after four\n- journaling in bed", WARNED),
        ("en", "Don't stop seeing your friends.", {("distance_cutoff", "discourage")}),
        ("en", "Don't give up your therapy.", {("talk_therapy", "recommend")}),
        ("ko", "친구에게 말하지 않아도 돼요.", {("friend", "discourage")}),
        ("ru", "Вместо таблеток попробуйте прогулки.", {("medication", "discourage"), ("exercise", "recommend")}),
        ("ru", "Есть и другой взгляд: другие люди тоже живут за границей.", set()),
        ("fa", "من دوست دارم بیشتر بدانم.", set()),
        ("yo", "Má ṣe lọ sọ́dọ̀ babaláwo.", {("traditional_healer", "discourage")}),
    ],
)  # fmt: skip
def test_polarity(tag: str, text: str, expected: set[tuple[str, str]]) -> None:
    assert {(h.type, h.polarity) for h in hits(text, load_pack(tag).culture)} == expected


@pytest.mark.parametrize(
    ("tag", "text", "conditional"),
    [
        ("en", "If faith matters to you, prayer may help.", True),
        ("en", "Prayer may help.", False),
        ("en", "Even if it feels odd, try a walk.", False),
        ("ko", "신앙이 있으시다면 기도가 도움이 될 수 있어요.", True),
        ("ko", "산책을 하면 도움이 돼요.", False),
        ("ru", "Если для вас важна вера, молитва может поддержать.", True),
        ("fa", "اگر اهل دعا هستی، دعا آرامت می‌کند.", True),
        ("yo", "Bí o bá gbàgbọ́, àdúrà lè fún ọ ní ìtùnú.", True),
    ],
)
def test_conditional(tag: str, text: str, conditional: bool) -> None:
    found = [h for h in hits(text, load_pack(tag).culture) if h.polarity == "recommend"]
    assert found
    assert {h.conditional for h in found} == {conditional}
