"""The honorifics data of every pack holds on its own examples, and bad data is named."""

from __future__ import annotations

import msgspec
import pytest

from langbias.checks.honorifics.examples import require_sound, self_test
from langbias.errors import InvalidDataError
from langbias.packs import load_pack
from langbias.packs.decode import decode_toml
from langbias.packs.honorifics import HonorificsFile, Marker, Policy
from langbias.packs.loading import load_morphology, pack_parts, pack_tags

TAGS = [tag for tag in pack_tags() if "honorifics" in pack_parts(tag)]


@pytest.mark.parametrize("tag", TAGS)
def test_every_marker_and_level_holds_on_its_examples(tag: str) -> None:
    module = load_morphology(tag)
    assert self_test(tag, load_pack(tag).honorifics, module.analyse if module else None) == []


def _marker(**changes: object) -> Marker:
    base = Marker(
        id="m", address="V", source="s", must_match=("vu a", "vu b"), must_not_match=("vut", "avu"), any=("vu",)
    )
    return msgspec.structs.replace(base, **changes)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"must_match": ("vu",)}, "fewer than two examples"),
        ({"source": " "}, "source is empty"),
        ({"any": ("vu", "zzz")}, "'zzz' is reached by no must_match"),
        ({"must_not_match": ("vu", "x")}, "must_not_match matched"),
        ({"any": ("wu",)}, "must_match not matched"),
        ({"kind": "regex", "any": ("(",)}, "bad pattern"),
        ({"kind": "forms", "stems": ("none",), "templates": ("{}s",)}, "no stem list 'none'"),
    ],
)
def test_a_bad_marker_is_named(changes: dict[str, object], problem: str) -> None:
    data = HonorificsFile(marker=(_marker(**changes),))
    assert any(problem in found for found in self_test("xx", data, None))
    with pytest.raises(InvalidDataError, match="xx/honorifics"):
        require_sound("xx", data, None)


def test_a_bad_policy_is_named() -> None:
    data = HonorificsFile(
        marker=(_marker(),),
        policy=(
            Policy(user="nobody", acceptable=("V",), source="s"),
            Policy(user="adult", acceptable=("X",), source="s"),
        ),
    )
    found = "\n".join(self_test("xx", data, None))
    assert "'nobody'" in found
    assert "unknown level 'X'" in found


def test_a_lone_quotation_mark_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="not a pair"):
        decode_toml('quotes = ["«"]', HonorificsFile, "honorifics.toml")


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="analysr"):
        decode_toml('analysr = "table"', HonorificsFile, "honorifics.toml")


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ('["hae", "haeyo"]', "those of T, mixed, those of V"),
        ('["hae", "mixed", "haeyo", "haeyo"]', "each level once"),
        ('["hae", "mixed"]', "those of T, mixed, those of V"),
        ('["hae", "mixed", "hapsyo"]', "no marker or level of this file is 'hapsyo'"),
        ('["haeyo", "mixed", "hae"]', "'haeyo' is a level of V, but stands among those of T"),
    ],
)
def test_a_bad_order_of_levels_is_named(order: str, problem: str) -> None:
    level = (
        '[[level]]\nid = "{}"\naddress = "{}"\nendings = ["x"]\nsource = "s"\nmust_match = []\nmust_not_match = []\n'
    )
    text = f"level_order = {order}\n" + level.format("hae", "T") + level.format("haeyo", "V")
    with pytest.raises(InvalidDataError, match=problem):
        decode_toml(text, HonorificsFile, "xx/honorifics.toml")


def test_levels_are_ranked_where_a_language_has_more_than_two() -> None:
    orders = {tag: load_pack(tag).honorifics.level_order for tag in TAGS}
    assert orders["ko"][-2:] == ("haeyo", "hapsyo")
    assert orders["ru"] == ("T", "mixed", "V")
    assert {tag for tag, order in orders.items() if len(order) > 3} == {"ko", "ja", "hi", "bn", "ur"}
