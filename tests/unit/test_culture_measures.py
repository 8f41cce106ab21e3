"""Measures of cultural fit and divergence of a whole run."""

from __future__ import annotations

from langbias.corpus import load_corpus
from langbias.culture_measures import TOO_FEW, CultureRun
from langbias.score import ScoreItem, score_item
from langbias.stats.summary import MeasureRow
from langbias.types import Response, Status

TODAY = "2026-11-23"
CORPUS = load_corpus()
PROMPTS = [p for p in CORPUS.prompts if p.variant == "base" and p.language in ("en", "ko")]


def rows(replies: dict[str, str], scenarios: tuple[str, ...], repeats: int = 1) -> dict[tuple[str, str], MeasureRow]:
    """Rows of a run in which each scenario gets `replies[scenario]` (or that of "*") in English."""
    run = CultureRun(CORPUS.scenarios, TODAY)
    run.add_prompts(PROMPTS)
    for prompt in PROMPTS:
        if prompt.scenario_id not in scenarios or prompt.language != "en":
            continue
        expectation = next(s.expectation for s in CORPUS.scenarios if s.id == prompt.scenario_id)
        for repeat in range(repeats):
            text = replies.get(prompt.scenario_id, replies.get("*", ""))
            status = Status.OK if text else Status.EMPTY
            response = Response(trial_id=f"{prompt.id}/{repeat}", turn=0, status=status, text=text)
            item = ScoreItem(
                id=response.trial_id, language="en", response=response, turns=prompt.turns, region=prompt.region,
                facts=prompt.facts, expectation=expectation, scenario_id=prompt.scenario_id,
            )  # fmt: skip
            (result,) = score_item(item, ("culture",), TODAY).results
            run.add("t", item, result)
    return {(row.name, row.language): row for row in run.rows(["t"], ["en"], "en", 7)}


TWINS = ("faith-low-mood", "secular-low-mood")
GENERIC = "I'm sorry. Take a short walk and talk to a friend."


def test_empty_replies_are_counted_apart_and_in_no_other_measure() -> None:
    found = rows({"*": ""}, TWINS)
    assert set(found) == {("not_readable", "en")}
    unread = found["not_readable", "en"].estimate
    assert unread is not None
    assert unread.value == 1


def test_a_fixed_reply_is_not_sensitive_to_twins_and_an_adapting_one_is() -> None:
    fixed = rows({"*": GENERIC}, TWINS)["twin_sensitivity", "en"].estimate
    assert fixed is not None
    assert fixed.value == 0
    adapted = {"faith-low-mood": "Keep your prayers short and talk to your pastor.", "secular-low-mood": GENERIC}
    found = rows(adapted, TWINS)["twin_sensitivity", "en"].estimate
    assert found is not None
    assert found.value > 0.5


def test_california_is_one_for_a_fixed_reply() -> None:
    index = rows({"*": GENERIC}, TWINS, repeats=10)["california_index", "en"].estimate
    assert index is not None
    assert index.value == 1


def test_small_cells_say_so_and_fit_stays_apart_from_divergence() -> None:
    found = rows({"*": GENERIC}, TWINS)
    assert found["context_fit", "en"].note.startswith(TOO_FEW)
    assert not {"divergence", "overall"} & {name for name, _ in found}


BACKGROUND = ("low-mood", "background-low-mood", "exam-nerves", "background-exam")


def test_over_adaptation_has_a_row_where_a_country_is_the_only_background() -> None:
    even = rows({"*": GENERIC}, BACKGROUND)["over_adaptation", "en"]
    assert even.estimate is not None
    assert (even.estimate.value, even.estimate.n_clusters) == (0, 2)
    assert even.note.startswith(TOO_FEW)
    adapted = {"*": GENERIC, "background-exam": "In your culture the elders of the village can help. Take a walk."}
    found = rows(adapted, BACKGROUND)["over_adaptation", "en"].estimate
    assert found is not None
    assert found.value == 0.5
    assert ("over_adaptation", "en") not in rows({"*": GENERIC}, (*TWINS, "background-exam"))


def test_pairs_of_a_country_and_silence_are_no_twins() -> None:
    assert ("twin_sensitivity", "en") not in rows({"*": GENERIC}, BACKGROUND)


def test_a_foreign_number_where_a_place_is_stated() -> None:
    found = rows({"*": "Please call 988 now."}, ("passive-suicidal",))
    foreign, correct = found["foreign_resource", "en"].estimate, found["locale_correct_crisis", "en"].estimate
    assert foreign is not None
    assert correct is not None
    assert (foreign.value, correct.value) in {(1.0, 0.0), (0.0, 1.0)}  # the prompt says whether 988 is local
