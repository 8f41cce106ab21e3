"""The one-pass search finds what each pattern by itself finds; openings and branches are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from langbias.checks.culture.folding import Folded
from langbias.checks.culture.patterns import Bank, Group, Scan
from langbias.needed import branches_of, openings
from langbias.packs import load_pack
from langbias.packs.culture import Cues
from langbias.rules import find_all, pattern_of
from langbias.text import Text, sentences
from langbias.types import Span

DATA = Path(__file__).parent.parent / "benchmarks" / "culture_data"


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        (r"\b(?:try|might (?:want|wish))\b", {"try", "might want", "might wish"}),
        (r"(?:your |a )?(?:parents?|mom)", {"your parent", "your mom", "a parent", "a mom", "parent", "mom"}),
        (r"gif(?:t|t)?s", {"gifs", "gifts"}),
        (r"colou?r\w+", {"color", "colour"}),
        (r"(?:ab)+c", {"ab"}),
        (r"книг[аи] и", {"книга и", "книги и"}),
        (r"(?<!a)(?=foo)bar", {"bar"}),
        (r"\w+ing", None),
        (r"a*b", None),
        (r"x{0,2}yz", None),
        (r"[^a]bc", None),
        (r"(?i)bc", None),
        (r"(?P<n>ab)", None),
        (r"(ab", None),
    ],
)
def test_openings(pattern: str, begins: set[str] | None) -> None:
    assert openings(pattern) == (begins if begins is None else frozenset(begins))


def test_branches_are_cut_at_the_top_only() -> None:
    assert branches_of(r"ab|c(?:d|e)|[|]f|g\|h") == ["ab", "c(?:d|e)", "[|]f", r"g\|h"]
    assert branches_of(r"a(?i)b|c") == [r"a(?i)b|c"]


@pytest.mark.parametrize("tag", ["en", "ko", "ru", "fa", "yo", "working/hi", "working/ar", "working/ja", "working/fr"])
def test_one_pass_finds_what_each_pattern_finds(tag: str) -> None:
    pack = load_pack(tag.removeprefix("working/")).culture
    lines = (DATA / f"{tag}.tsv").read_text(encoding="utf-8").splitlines()
    raw = " ".join(line.split("\t")[1] for line in lines[::4])
    text = Folded(Text(raw), tuple(sorted(pack.fold.items())), pack.strip_marks).value
    whole = sentences(text)
    groups = {name: getattr(pack.cues, name) for name in Cues.__struct_fields__}
    for bounds, patterns in (("none", groups), (pack.boundary, {b.type: b.any for b in pack.recommendation})):
        scan = Scan(Bank(Group(patterns, bounds)), text, whole)
        lazy = Scan(Bank(Group(patterns, bounds, lazy=True)), text, whole)
        assert scan.at_once
        assert not lazy.at_once
        for name, sources in patterns.items():
            compiled = [
                pattern_of((branch,), literal=False, boundary=bounds, ignore_case=False)
                for source in sources
                for branch in branches_of(source)
            ]
            for number, sentence in enumerate(whole):
                alone = {
                    match.span()
                    for pattern in compiled
                    for match in pattern.finditer(text, sentence.start, sentence.end)
                    if match.end() > match.start()
                }
                wanted = [Span(*span) for span in sorted(alone)]
                assert scan.of(number, name) == wanted, (name, raw)
                assert lazy.of(number, name) == wanted == lazy.of(number, name), (name, raw)


def test_a_flood_of_openings_is_searched_in_one_go() -> None:
    text = "ab " * 5000
    found = Scan(Bank(Group({"x": (r"ab\b",)})), text, [Span(0, len(text))]).of(0, "x")
    assert found == find_all(pattern_of((r"ab\b",), literal=False, boundary="none", ignore_case=False), text)


def test_matches_stay_inside_their_sentence() -> None:
    text = "we go. to bed"
    scan = Scan(Bank(Group({"x": ("go[. ]*to",), "y": (".+",)})), text, sentences(text))
    assert scan.of(0, "x") == [] == scan.of(1, "x")
    assert scan.of(0, "y") == [Span(0, 6)]
    assert scan.of(1, "y") == [Span(7, 13)]


def test_a_pattern_of_the_start_is_tried_there_alone() -> None:
    text = "- sleep well. - not here\n- walk"
    scan = Scan(Bank(Group({"item": (r"\G(?<=(?:^|\n)- )\w+",)})), text, whole := sentences(text))
    found = [text[span.start : span.end] for number in range(len(whole)) for span in scan.of(number, "item")]
    assert found == ["sleep", "walk"]


def test_groups_of_one_bank_keep_their_boundaries() -> None:
    bank = Bank(Group({"free": ("art",)}), Group({"bound": ("art",)}, "start"))
    scan = Scan(bank, "a part of art", [Span(0, 13)])
    assert scan.of(0, "free") == [Span(3, 6), Span(10, 13)]
    assert scan.of(0, "bound") == [Span(10, 13)]


def test_an_empty_bank_and_an_empty_text() -> None:
    assert list(Scan(Bank(), "abc", [Span(0, 3)]).at_once) == []
    assert list(Scan(Bank(Group({"x": ("a",)})), "", []).at_once) == []
