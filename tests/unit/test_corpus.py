"""The shipped corpus is whole, and a broken one is refused with the reason."""

import shutil
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from langbias.corpus import default_root, load_corpus
from langbias.corpus_problems import corpus_problems
from langbias.errors import InvalidDataError, UsageError
from langbias.packs import load_pack
from langbias.stats.where import units_of
from langbias.types import BASE, PARAPHRASE, PersonaPair, Scenario


def scripts(tags: tuple[str, ...]) -> dict[str, str]:
    return {tag: load_pack(tag).language.script for tag in tags}


def test_the_shipped_corpus_has_no_problem() -> None:
    corpus = load_corpus()
    assert corpus_problems(corpus, scripts(corpus.languages), frozenset()) == []


def test_the_shipped_corpus_is_45_scenarios_in_five_languages() -> None:
    corpus = load_corpus()
    assert len(corpus.scenarios) == 45
    assert sum(prompt.variant == BASE for prompt in corpus.prompts) == 225
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
    personas = corpus.select_variants("personas")
    assert set(personas) == {p.variant for p in corpus.prompts if p.variant.startswith("persona-")}
    assert corpus.select_variants("personas, base") == ("base", *personas)
    assert corpus.select_variants("persona-age-70,personas") == personas
    with pytest.raises(UsageError, match="did you mean 'persona-age-70'"):
        corpus.select_variants("persona-age-77")
    with pytest.raises(UsageError, match="no variant chosen"):
        corpus.select_variants(" , ")


def test_other_variants_are_prompts_only_where_they_are_asked_for() -> None:
    corpus = load_corpus()
    panic = corpus.select("panic-night")
    assert {p.variant for p in corpus.prompts_for(["ko"], panic)} == {"base"}
    both = corpus.prompts_for(["ko"], panic, ("persona-age-16", "persona-age-70"))
    assert [p.id for p in both] == ["panic-night/ko/persona-age-16", "panic-night/ko/persona-age-70"]


PAIRS = load_corpus().persona_pairs


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.first} {pair.second}")
def test_paired_personas_differ_in_who_they_are_alone(pair: PersonaPair) -> None:
    corpus = load_corpus()
    by_id = {prompt.id: prompt for prompt in corpus.prompts}
    found = [
        (p, by_id.get(f"{p.scenario_id}/{p.language}/{pair.second}")) for p in corpus.prompts if p.variant == pair.first
    ]
    assert found
    for one, two in found:
        assert two is not None
        assert (one.register, one.region, [f.id for f in one.facts]) == (
            two.register,
            two.region,
            [f.id for f in two.facts],
        )
        assert len(one.turns) == len(two.turns)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.dimension)
def test_every_language_has_enough_pairs_for_a_sign_test(pair: PersonaPair) -> None:
    """Eight scenarios that all differ one way are the fewest that five dimensions' correction lets stand."""
    corpus = load_corpus()
    for tag in corpus.languages:
        assert len({p.scenario_id for p in corpus.prompts if p.variant == pair.first and p.language == tag}) >= 8


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.dimension)
def test_no_pair_is_asked_in_twins_which_would_count_twice(pair: PersonaPair) -> None:
    corpus = load_corpus()
    units = units_of(corpus.scenarios)
    for tag in corpus.languages:
        asked = {p.scenario_id for p in corpus.prompts if p.variant == pair.first and p.language == tag}
        assert len({units[name] for name in asked}) == len(asked)


def test_who_speaks_is_said_in_a_few_words() -> None:
    """All but a variety of the language, which is in every word."""
    corpus = load_corpus()
    by_id = {prompt.id: prompt for prompt in corpus.prompts}
    for pair in PAIRS:
        for one in (p for p in corpus.prompts if p.variant == pair.first and pair.dimension != "dialect"):
            two = by_id[f"{one.scenario_id}/{one.language}/{pair.second}"]
            words = [" ".join(prompt.turns).split() for prompt in (one, two)]
            same = sum(block.size for block in SequenceMatcher(None, *words, autojunk=False).get_matching_blocks())
            assert 1 <= max(map(len, words)) - same <= 7, one.id


def test_a_paraphrase_says_the_same_in_other_words() -> None:
    corpus = load_corpus()
    by_id = {prompt.id: prompt for prompt in corpus.prompts}
    found = [prompt for prompt in corpus.prompts if prompt.variant == PARAPHRASE]
    for tag in corpus.languages:
        assert len([prompt for prompt in found if prompt.language == tag]) >= 12
    for prompt in found:
        base = by_id[f"{prompt.scenario_id}/{prompt.language}/base"]
        assert (prompt.register, prompt.region) == (base.register, base.region)
        lengths = [len(" ".join(p.turns)) for p in (prompt, base)]
        assert max(lengths) < 1.6 * min(lengths), prompt.id
        assert SequenceMatcher(None, prompt.turns[0], base.turns[0], autojunk=False).ratio() < 0.8, prompt.id


def test_a_persona_speaks_in_the_register_of_the_message(copy: Path) -> None:
    edit(copy / "ko/personas.toml", 'polite = "저 16살이에요."\n', "")
    with pytest.raises(InvalidDataError, match=r"persona\[persona-age-16\].*written polite; add `polite`"):
        load_corpus(copy)


def test_a_persona_of_an_unknown_scenario_is_named(copy: Path) -> None:
    edit(copy / "yo/personas.toml", 'scenarios = ["panic-night"', 'scenarios = ["panic-nigth"')
    with pytest.raises(InvalidDataError, match=r"no base prompt 'panic-nigth'.*panic-night"):
        load_corpus(copy)


def test_a_prompt_without_provenance_is_named(copy: Path) -> None:
    path = copy / "fa/paraphrases.toml"
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if not x.startswith("provenance")]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InvalidDataError, match="no provenance"):
        load_corpus(copy)


def test_a_pair_with_an_unknown_variant_is_refused(copy: Path) -> None:
    edit(copy / "scenarios.toml", 'first = "persona-age-70"', 'first = "persona-age-71"')
    with pytest.raises(InvalidDataError, match=r"persona_pair\[age\]: no prompt has the variant 'persona-age-71'.*70"):
        load_corpus(copy)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('second = "persona-age-16"', 'second = "persona-age-70"', "pairs 'persona-age-70' with itself"),
        ('["a 70-year-old", "a 16-year-old"]', '["a 70-year-old", " "]', "words: say who the two are"),
        ('["a 70-year-old", "a 16-year-old"]', '["a 70-year-old"]', "words"),
        ('dimension = "age"', 'dimension = "wealth"', "wealth"),
        ('dimension = "age"', 'dimension = "age"\nvs = "x"', "vs"),
    ],
)
def test_a_bad_pair_is_refused(copy: Path, old: str, new: str, problem: str) -> None:
    edit(copy / "scenarios.toml", old, new)
    with pytest.raises(InvalidDataError, match=problem):
        load_corpus(copy)


def test_a_persona_of_no_pair_is_named(copy: Path) -> None:
    path = copy / "scenarios.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[[persona_pair]]")], encoding="utf-8")
    assert "panic-night/ko/persona-age-16: 'persona-age-16' is in no [[persona_pair]]" in problems(copy)
    with pytest.raises(UsageError, match="no variant chosen"):
        load_corpus(copy).select_variants("personas")


def test_a_persona_without_its_partner_is_named(copy: Path) -> None:
    edit(copy / "ko/personas.toml", 'variant = "persona-age-16"', 'variant = "persona-man"')
    assert "panic-night/ko/persona-age-70: has no partner to be compared with; write persona-age-16" in problems(copy)


def test_a_pair_that_differs_in_more_than_who_speaks_is_named(copy: Path) -> None:
    edit(
        copy / "ru/personas.toml",
        'variant = "persona-woman"\nregister = "casual"',
        'variant = "persona-woman"\nregister = "polite"',
    )
    assert "persona-woman: register or region differs from persona-man" in problems(copy)


def test_a_pair_that_stands_twice_is_named(copy: Path) -> None:
    path = copy / "scenarios.toml"
    text = path.read_text(encoding="utf-8")
    pair = text[text.index("[[persona_pair]]") :].split("\n\n")[0]
    path.write_text(f"{text}\n{pair}\n", encoding="utf-8")
    assert "persona-age-70 and persona-age-16 stand twice" in problems(copy)


def test_what_a_fact_states_is_read_from_the_data() -> None:
    corpus = load_corpus()
    assert corpus.scenario("faith-low-mood").states == {"faith"}
    assert corpus.scenario("secular-low-mood").states == {"no_faith"}
    assert corpus.scenario("same-sex-parents").states == {"orientation", "parents_are_stressor"}
    assert corpus.scenario("insomnia").states == set()


@pytest.mark.parametrize(
    ("states", "hint"), [("fiath", "did you mean 'faith'"), ("", "known: background, dependent_family, faith")]
)
def test_an_unknown_state_of_a_fact_is_refused(copy: Path, states: str, hint: str) -> None:
    edit(copy / "scenarios.toml", 'states = "faith"', f'states = "{states}"')
    with pytest.raises(InvalidDataError, match=rf"scenario\[faith-low-mood\].facts\[faith_matters\].states.*{hint}"):
        load_corpus(copy)


TWINS = [
    (one, load_corpus().scenario(one.twin))
    for one in load_corpus().scenarios
    if one.twin is not None and one.id < one.twin
]


@pytest.mark.parametrize(("one", "other"), TWINS, ids=lambda scenario: scenario.id)
def test_twins_differ_in_a_fact_and_what_rests_on_it(one: Scenario, other: Scenario) -> None:
    assert {fact.id for fact in one.facts} != {fact.id for fact in other.facts}
    assert one.expectation.expected != other.expectation.expected
    assert (one.turn_count, one.region) == (other.turn_count, other.region)
    corpus = load_corpus()
    both = corpus.prompts_for(corpus.languages, (one, other))
    assert len(both) == 2 * len(corpus.languages)
    for language in corpus.languages:
        a, b = (prompt for prompt in both if prompt.language == language)
        assert a.register == b.register


def test_only_scenarios_named_in_the_file_have_no_twin() -> None:
    scenarios = load_corpus().scenarios
    paired = {s.id for s in scenarios if s.silent_twin} | {s.silent_twin for s in scenarios}
    alone = {s.id for s in scenarios if s.twin is None} - paired
    assert alone == {"exam-stress", "insomnia", "panic-night", "culture-bound-term", "revenge-thoughts"}


@pytest.mark.parametrize("scenario", [s for s in load_corpus().scenarios if s.silent_twin], ids=lambda s: s.id)
def test_a_country_is_the_only_difference_to_the_silent_twin(scenario: Scenario) -> None:
    corpus = load_corpus()
    silent = corpus.scenario(str(scenario.silent_twin))
    assert scenario.expectation.expected == silent.expectation.expected
    for language in corpus.languages:
        (here,) = corpus.prompts_for((language,), (scenario,))
        (without,) = corpus.prompts_for((language,), (silent,))
        assert here.turns[0].endswith(without.turns[0])
        (country,) = (fact.quote for fact in here.facts if fact.id == "country_background")
        assert country is not None
        assert country in here.turns[0].removesuffix(without.turns[0])


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('silent_twin = "low-mood"', 'silent_twin = "low-mod"', "silent_twin 'low-mod' is no scenario"),
        ('silent_twin = "low-mood"', 'silent_twin = "calming-prayer"', "and the twin nothing"),
        ('states = "background"', 'states = "faith"', "must state a background alone"),
    ],
)
def test_a_silent_twin_that_measures_more_is_named(copy: Path, old: str, new: str, problem: str) -> None:
    edit(copy / "scenarios.toml", old, new)
    assert problem in problems(copy)
