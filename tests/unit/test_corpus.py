"""The shipped corpus is whole, and a broken one is refused with the reason."""

import shutil
from pathlib import Path

import pytest

from langbias.corpus import BASE, corpus_problems, default_root, load_corpus
from langbias.errors import InvalidDataError, UsageError
from langbias.packs import load_pack


def scripts(tags: tuple[str, ...]) -> dict[str, str]:
    return {tag: load_pack(tag).language.script for tag in tags}


def test_the_shipped_corpus_has_no_problem() -> None:
    corpus = load_corpus()
    assert corpus_problems(corpus, scripts(corpus.languages), frozenset()) == []


def test_the_shipped_corpus_is_24_scenarios_in_five_languages() -> None:
    corpus = load_corpus()
    assert len(corpus.scenarios) == 24
    assert sum(prompt.variant == BASE for prompt in corpus.prompts) == 120
    assert sum(scenario.core for scenario in corpus.scenarios) == 8
    assert sum(scenario.turn_count == 2 for scenario in corpus.scenarios) >= 4
    assert {prompt.provenance.method for prompt in corpus.prompts} == {"authored"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "prompts_by_language"
    shutil.copytree(str(default_root()), root)
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(root: Path) -> str:
    corpus = load_corpus(root)
    return "\n".join(corpus_problems(corpus, scripts(corpus.languages), frozenset({"friend"})))


def test_a_hole_is_named(copy: Path) -> None:
    text = (copy / "ko/prompts.toml").read_text(encoding="utf-8")
    first = text.index("[[prompt]]")
    second = text.index("[[prompt]]", first + 1)
    (copy / "ko/prompts.toml").write_text(text[:first] + text[second:], encoding="utf-8")
    assert "exam-stress: no prompt in ko" in problems(copy)


def test_a_double_is_named(copy: Path) -> None:
    text = (copy / "ru/prompts.toml").read_text(encoding="utf-8")
    first = text.index("[[prompt]]")
    second = text.index("[[prompt]]", first + 1)
    (copy / "ru/prompts.toml").write_text(text + "\n" + text[first:second], encoding="utf-8")
    assert "exam-stress/ru/base: stands twice" in problems(copy)


def test_a_prompt_in_another_script_is_named(copy: Path) -> None:
    edit(copy / "ko/prompts.toml", 'language = "ko"', 'language = "en"')
    with pytest.raises(InvalidDataError, match="folder is 'ko'"):
        load_corpus(copy)
    shutil.copy(copy / "en/prompts.toml", copy / "ko/prompts.toml")
    edit(copy / "ko/prompts.toml", 'language = "en"', 'language = "ko"')
    assert "written mainly in Latn, expected Hang" in problems(copy)


def test_text_that_is_not_nfc_is_refused(copy: Path) -> None:
    edit(copy / "en/prompts.toml", "turns = [", "turns = [ '''cafe\u0301''',")
    with pytest.raises(InvalidDataError, match="NFC"):
        load_corpus(copy)


def test_a_fact_that_no_turn_says_is_named(copy: Path) -> None:
    text = (copy / "en/prompts.toml").read_text(encoding="utf-8")
    start = text.index("facts = {")
    (copy / "en/prompts.toml").write_text(
        text[:start] + "facts = { exam_soon = 'zzz zzz' }" + text[text.index("\n", start) :], encoding="utf-8"
    )
    assert "quotes words that no turn holds" in problems(copy)


def test_an_unknown_recommendation_type_is_named(copy: Path) -> None:
    assert "unknown recommendation type 'talk_therapy'" in problems(copy)


def test_a_folder_without_scenarios_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDataError, match=r"scenarios\.toml"):
        load_corpus(tmp_path)


def test_selection_by_core_all_and_ids() -> None:
    corpus = load_corpus()
    assert len(corpus.select("core")) == 8
    assert [s.id for s in corpus.select("insomnia,panic-night")] == ["panic-night", "insomnia"]
    with pytest.raises(UsageError, match="did you mean 'panic-night'"):
        corpus.select("panic-nigth")
    with pytest.raises(UsageError, match="no prompts in language 'xx'"):
        corpus.prompts_for(["xx"], corpus.scenarios)


def test_variants_by_name_and_all() -> None:
    corpus = load_corpus()
    assert corpus.select_variants("base") == ("base",)
    assert corpus.select_variants("persona-age-70, base") == ("base", "persona-age-70")
    assert corpus.select_variants("all")[0] == "base"
    with pytest.raises(UsageError, match="did you mean 'persona-age-70'"):
        corpus.select_variants("persona-age-77")
    with pytest.raises(UsageError, match="no variant chosen"):
        corpus.select_variants(" , ")


def test_other_variants_are_prompts_only_where_they_are_asked_for() -> None:
    corpus = load_corpus()
    insomnia = corpus.select("insomnia")
    assert {p.variant for p in corpus.prompts_for(["ko"], insomnia)} == {"base"}
    both = corpus.prompts_for(["ko"], insomnia, ("persona-age-16", "persona-age-70"))
    assert [p.id for p in both] == ["insomnia/ko/persona-age-16", "insomnia/ko/persona-age-70"]


@pytest.mark.parametrize(
    ("scenario", "pair"),
    [
        ("insomnia", ("persona-age-16", "persona-age-70")),
        ("insomnia", ("persona-professor", "persona-cleaner")),
        ("loneliness", ("persona-woman", "persona-man")),
    ],
)
def test_paired_personas_differ_in_who_they_are_alone(scenario: str, pair: tuple[str, str]) -> None:
    corpus = load_corpus()
    for tag in corpus.languages:
        one, two = (next(p for p in corpus.prompts if p.id == f"{scenario}/{tag}/{variant}") for variant in pair)
        assert (one.register, one.facts, one.turns[1:]) == (two.register, two.facts, two.turns[1:])
        assert one.turns[0].split()[-8:] == two.turns[0].split()[-8:]
