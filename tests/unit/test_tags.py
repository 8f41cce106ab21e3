"""BCP 47 and ISO 3166-1."""

import pytest

from langbias.errors import UsageError
from langbias.tags import canonical, closest, fallback_chain, is_region, primary


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("KO-kr", "ko-KR"),
        ("pes", "fa"),
        ("zh_hant_tw", "zh-Hant-TW"),
        ("yo-BJ", "yo-BJ"),
        ("cmn", "zh"),
        (" en ", "en"),
    ],
)
def test_canonical(tag: str, expected: str) -> None:
    assert canonical(tag) == expected


@pytest.mark.parametrize("tag", ["", "k", "korean", "ko--KR", "ko-KR-x-y", "12"])
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(UsageError, match="BCP 47"):
        canonical(tag)


def test_fallback_goes_from_special_to_general() -> None:
    assert fallback_chain("zh-Hant-TW") == ("zh-Hant-TW", "zh-Hant", "zh")


@pytest.mark.parametrize(("code", "known"), [("KR", True), ("NG", True), ("kr", False), ("XX", False), ("KOR", False)])
def test_regions(code: str, known: bool) -> None:
    assert is_region(code) is known


def test_a_misspelt_word_gets_its_nearest_neighbour() -> None:
    assert closest("fidelty", ["fidelity", "culture"]) == "; did you mean 'fidelity'?"
    assert closest("zzz", ["a", "b"]) == "; known: a, b"


@pytest.mark.parametrize(
    ("label", "language"),
    [
        ("zh-cn", "zh"),
        ("kor_Hang", "ko"),
        ("NB", "no"),
        ("arz", "ar"),
        ("yo", "yo"),
        ("zh-min-nan", "zh"),
        ("xx", "xx"),
        ("", ""),
    ],
)
def test_primary_reads_the_labels_of_detectors(label: str, language: str) -> None:
    assert primary(label) == language
