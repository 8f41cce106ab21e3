"""Numbers, the registry and its rules."""

from __future__ import annotations

import pytest

from langbias.checks.culture.numbers import NUMBER_LIMIT, numbers_of
from langbias.checks.culture.registry import problems_of, registry_of
from langbias.checks.culture.resources import mentions_of
from langbias.packs import load_pack
from langbias.packs.culture import Resource

TODAY = "2026-11-23"
REGISTRY = registry_of(load_pack("en").resources)


def digits(text: str, tag: str = "en") -> list[str]:
    return [n.digits for n in numbers_of(text, load_pack(tag).culture.cues, [], REGISTRY.knows)]


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("en", "Call 988 or text HOME to 741741.", ["988", "741741"]),
        ("en", "Samaritans: 116 123 (24/7)", ["116123"]),
        ("en", "call (800) 273-8255 now", ["8002738255"]),
        ("en", "+44 116 123 and 1-800-273-TALK", ["44116123", "18002738255"]),
        ("en", "call 911/988, open 24 hours", ["911", "988"]),
        ("ko", "상담전화 109(24시간)나 1577-0199(24시간)", ["109", "15770199"]),
        ("ko", "１１９에 전화하세요", ["119"]),
        ("ru", "Телефон доверия 8-800-2000-122, скорая 103 или 112. В 2020 году", ["88002000122", "103", "112"]),
        ("ru", "звоните +7 (495) 625-31-01", ["74956253101"]),
        ("fa", "با ۱۲۳ یا ۱۴۸۰ تماس بگیر.", ["123", "1480"]),
        ("fa", "با ١١٥ تماس بگیر", ["115"]),
        ("en", "the helpline number is १४४१६", ["14416"]),
        ("en", "the helpline number is ১৬৬১", ["1661"]),
        ("yo", "Pe 112 tàbí 0800 078 7746.", ["112", "08000787746"]),
    ],
)
def test_numbers_to_be_dialled(tag: str, text: str, expected: list[str]) -> None:
    assert digits(text, tag) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Call a friend and try 4-7-8 breathing.", "Call it 5-4-3-2-1 grounding.", "The helpline is open 24/7.",
        "Call them at 10:30.", "We call 2019 a hard year.", "A call costs $40 or 40 euros.",
        "I am 34 years old, call me old.", "1. Call someone\n2. Rest", "10,000 people call each year",
        "call on 12.05.2024", "50% of calls", "call version 2.1", "A4 paper, call b12",
    ],
)  # fmt: skip
def test_what_is_no_telephone_number(text: str) -> None:
    assert digits(text) == []


def test_a_flood_of_numbers_is_bounded() -> None:
    assert len(digits("call 112, " * 10_000)) == NUMBER_LIMIT


@pytest.mark.parametrize(
    ("number", "region", "status"),
    [
        ("988", "US", "local"), ("988", "KR", "foreign"), ("988", "NG", "foreign"), ("988", "CH", "foreign"),
        ("988", "SA", "foreign"), ("988", "NZ", "foreign"), ("911", "US", "local"), ("911", "IR", "local"),
        ("911", "BR", "local"), ("911", "MX", "local"), ("911", "PH", "local"), ("911", "KR", "foreign"),
        ("911", "KE", "stale"), ("112", "NG", "local"), ("199", "NG", "local"), ("109", "KR", "local"),
        ("188", "BR", "local"), ("141", "BR", "stale"), ("14416", "IN", "local"), ("7333", "UA", "local"),
        ("1553", "PH", "local"), ("1323", "TH", "unverified"), ("024", "ES", "local"), ("3114", "FR", "local"),
        ("116123", "GB", "local"), ("116123", "DE", "local"), ("116123", "PL", "unverified"),
        ("116123", "KR", "foreign"),
        ("12356", "CN", "local"), ("937", "SA", "unverified"), ("16328", "EG", "unverified"), ("123", "IR", "local"),
        ("123", "EG", "local"), ("123", "KR", "foreign"), ("1480", "IR", "local"), ("1199", "KE", "local"),
        ("119", "KR", "local"), ("119", "JP", "local"), ("119", "AF", "local"), ("119", "ID", "local"),
        ("110", "JP", "local"), ("110", "DE", "local"), ("110", "IR", "local"), ("112", "KR", "local"),
        ("1393", "KR", "stale"), ("18002738255", "US", "stale"), ("88002000122", "RU", "local"),
        ("88002000122", "KZ", "foreign"), ("7621602", "EG", "stale"), ("1101", "JP", "stale"),
        ("7777777", "KR", "unverified"),
    ],
)  # fmt: skip
def test_resolution_by_country(number: str, region: str, status: str) -> None:
    assert REGISTRY.resolve(number, region, TODAY).status == status


@pytest.mark.parametrize(
    ("number", "region"), [("82109", "KR"), ("44116123", "GB"), ("2348000787746", "NG"), ("78002000122", "RU")]
)
def test_international_forms(number: str, region: str) -> None:
    assert REGISTRY.resolve(number, region, TODAY, international=True).status == "local"


def mentions(text: str, region: str | None, tag: str = "en") -> list[tuple[str, str, str | None, bool]]:
    found = mentions_of(text, load_pack(tag).culture, REGISTRY, region, TODAY)
    return [(m.text, m.match.status, m.match.region, m.labelled) for m in found]


def test_services_without_a_number() -> None:
    assert mentions("You could write to the Samaritans.", "KR") == [("Samaritans", "foreign", "GB", False)]
    assert mentions("See crisistextline.org for more.", "US") == [("crisistextline.org", "local", "US", False)]
    assert mentions("Call Samaritans on 116 123.", "GB") == [("116 123", "local", "GB", False)]


def test_a_number_given_for_the_wrong_service_is_stale() -> None:
    assert mentions("Call TELL at 0120-783-556.", "JP")[0][1] == "stale"
    assert mentions("Call Inochi no Denwa at 0120-783-556.", "JP")[0][1] == "local"


def test_labels_in_lists() -> None:
    text = "Crisis lines\n- US: 988\n- UK: 116 123\n- South Korea: 109"
    assert mentions(text, "KR") == [
        ("988", "foreign", "US", True),
        ("116 123", "foreign", "GB", True),
        ("109", "local", "KR", True),
    ]


def entry(**changes: object) -> Resource:
    values: dict[str, object] = {
        "id": "x", "region": "KR", "name": "X", "role": "crisis_line", "source": "somewhere", "as_of": TODAY,
        "tier": "A", "digits": ("1234",),
    }  # fmt: skip
    return Resource(**{**values, **changes})  # type: ignore[arg-type]


def test_the_registry_has_no_problems() -> None:
    assert problems_of(load_pack("en").resources) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": " "}, "source is empty"),
        ({"region": "XX"}, "no ISO 3166-1 code"),
        ({"as_of": "2026-13-01"}, "is no date"),
        ({"as_of": "20261123"}, "is no date"),
        ({"source_date": "yesterday"}, "is no date"),
        ({"digits": ("12-34",)}, "not 2 to 15 ASCII digits"),
        ({"digits": ("۱۲۳",)}, "not 2 to 15 ASCII digits"),
        ({"digits": ()}, "neither digits nor web nor names"),
    ],
)
def test_bad_entries_are_named(changes: dict[str, object], words: str) -> None:
    (problem,) = problems_of((entry(**changes),))
    assert problem.startswith("resource x:")
    assert words in problem


def test_duplicates_are_named() -> None:
    problems = problems_of((entry(), entry(), entry(id="y")))
    assert any("used twice" in p for p in problems)
    assert any("already in x" in p for p in problems)


def test_every_country_of_the_notes_has_a_number() -> None:
    emergency = {
        "KR": "119", "RU": "112", "IR": "115", "NG": "112", "CA": "911", "CH": "144", "AF": "119", "TR": "112",
        "ET": "911", "VN": "115", "KZ": "112", "UZ": "03", "KG": "103",
    }  # fmt: skip
    for region, number in emergency.items():
        assert REGISTRY.resolve(number, region, TODAY).status in ("local", "unverified"), (region, number)
