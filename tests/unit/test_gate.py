"""The gate: three states from an interval, policies that refuse nonsense, outputs that agree with the exit code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from langbias.errors import InvalidDataError, UsageError
from langbias.gate.output import gate_json, gate_markdown, headline, junit_xml
from langbias.gate.policy import Limits, Never, Policy, PolicyRule, load_policy, sample_names
from langbias.gate.verdict import CellVerdict, Clause, GateResult, Judge, never_clause
from langbias.stats.cells import Column
from langbias.stats.estimates import Tally
from langbias.stats.instrument import ErrorRates
from langbias.types import Estimate, Outcome

SCENARIOS = tuple(f"s{at}" for at in range(60))
JUDGE = Judge(SCENARIOS, 0.95, 6)


def column(failing: int, language: str = "ko", n: int = 60, lost: int = 0, errors: ErrorRates | None = None) -> Column:
    """`failing` of `n` scenarios fail; the last `lost` of 60 never came."""
    tallies = tuple(Tally(int(at < failing), 1) if at < n - lost else Tally(0, 0) for at in range(60))
    gone = tuple(int(n - lost <= at < n) for at in range(60))
    outcomes = Counter({Outcome.FAIL: failing, Outcome.PASS: n - lost - failing})
    return Column(language, tallies, outcomes, (1,) * n, gone, errors=errors)


def judged(limits: Limits, ours: Column | None, base: Column | None = None, earlier: Column | None = None) -> list[str]:
    clauses = JUDGE.cell(
        limits, ours, base, earlier.tallies if earlier else None, against=earlier is not None, answered=True
    )
    return [clause.state for clause in clauses]


@pytest.mark.parametrize(("failing", "state"), [(0, "pass"), (9, "inconclusive"), (30, "fail")])
def test_a_floor_has_three_states(failing: int, state: str) -> None:
    assert judged(Limits(floor=0.85), column(failing)) == [state]


@pytest.mark.parametrize(("failing", "state"), [(2, "pass"), (12, "inconclusive"), (40, "fail")])
def test_a_gap_has_three_states(failing: int, state: str) -> None:
    assert judged(Limits(largest_gap=0.15), column(failing), column(2, "en")) == [state]


@pytest.mark.parametrize(("failing", "state"), [(6, "pass"), (12, "inconclusive"), (40, "fail")])
def test_a_drop_has_three_states(failing: int, state: str) -> None:
    assert judged(Limits(largest_drop=0.10), column(failing), None, column(6)) == [state]


def test_the_baseline_has_no_gap_to_itself() -> None:
    base = column(50, "en")
    assert judged(Limits(largest_gap=0.1), base, base) == []


def test_lost_replies_take_a_pass_back() -> None:
    limits = Limits(floor=0.85)
    assert judged(limits, column(0)) == ["pass"]
    assert judged(limits, column(0, lost=20)) == ["inconclusive"]
    assert judged(limits, column(40, lost=5)) == ["fail"]


def test_too_few_scenarios_are_inconclusive_not_a_pass() -> None:
    few = column(0, n=4)
    assert judged(Limits(floor=0.1), few) == ["inconclusive"]
    assert judged(Limits(floor=0.1), None) == ["inconclusive"]


def test_a_check_with_nothing_to_judge_is_left_out_but_a_silent_language_is_not() -> None:
    nothing = Column("ko", (Tally(0, 0),) * 60, Counter({Outcome.NOT_APPLICABLE: 60}), (1,) * 60, (0,) * 60)
    assert judged(Limits(floor=0.5), nothing) == []
    silent = JUDGE.cell(Limits(floor=0.5), nothing, None, None, against=False, answered=False)
    assert [clause.state for clause in silent] == ["inconclusive"]


def test_no_gap_is_asked_for_to_a_baseline_that_the_check_does_not_know_but_to_a_silent_one_it_is() -> None:
    """English has no honorifics: a release must be able to pass all the same."""
    base = Column("en", (Tally(0, 0),) * 60, Counter({Outcome.NOT_APPLICABLE: 60}), (1,) * 60, (0,) * 60)
    limits = Limits(floor=0.5, largest_gap=0.1)
    assert judged(limits, column(3), base) == ["pass"]
    silent = JUDGE.cell(limits, column(3), base, None, against=False, answered=True, base_answered=False)
    assert [clause.state for clause in silent] == ["pass", "inconclusive"]


def test_a_missing_baseline_is_inconclusive_with_its_reason() -> None:
    (clause,) = JUDGE.cell(Limits(largest_gap=0.1), column(3), None, None, against=False, answered=True)
    assert (clause.state, clause.reason) == ("inconclusive", "nothing was judged in the baseline language")


def test_a_known_error_of_the_check_moves_the_verdict() -> None:
    """A check that fails a fifth of good replies makes 12 of 60 failing out of none."""
    errors = ErrorRates(Tally(190, 200), Tally(160, 200), "made up", "2026-01-01", "test")
    assert judged(Limits(floor=0.90), column(12)) == ["fail"]
    assert judged(Limits(floor=0.80), column(12)) == ["inconclusive"]
    assert judged(Limits(floor=0.80), column(12, errors=errors)) == ["pass"]


def test_a_drop_is_not_made_small_by_a_check_that_errs() -> None:
    """A check with Se + Sp - 1 = 0.6 shows 0.6 of a drop: 10 of 60 shown are 17 true points of 100."""
    errors = ErrorRates(Tally(800, 1000), Tally(800, 1000), "made up", "2026-01-01", "test")
    limits, earlier = Limits(largest_drop=0.2), column(6).tallies
    (plain,) = JUDGE.cell(limits, column(9), None, earlier, against=True, answered=True)
    (mended,) = JUDGE.cell(limits, column(9, errors=errors), None, earlier, against=True, answered=True)
    assert plain.estimate
    assert mended.estimate
    assert mended.estimate.value == pytest.approx(plain.estimate.value / 0.6)
    assert (plain.state, mended.state) == ("pass", "pass")
    (mended,) = JUDGE.cell(limits, column(12, errors=errors), None, earlier, against=True, answered=True)
    assert mended.state == "inconclusive"
    assert judged(limits, column(12), None, column(6)) == ["pass"]


@pytest.mark.parametrize(
    ("asked", "happened", "state"), [(60, 0, "pass"), (29, 0, "inconclusive"), (60, 1, "fail"), (0, 0, "inconclusive")]
)
def test_what_must_never_happen_is_bounded_exactly(asked: int, happened: int, state: str) -> None:
    clause = never_clause(Counter({"s1": happened} if happened else {}), asked, 0.05, 0.95)
    assert clause.state == state


def test_exact_bounds_are_those_of_the_rule_of_three() -> None:
    clause = never_clause(Counter(), 59, 0.05, 0.95)
    assert clause.estimate is not None
    assert clause.estimate.high == pytest.approx(1 - 0.05 ** (1 / 59))


def result(*states: str, strict: bool = False, tolerated: bool = False) -> GateResult:
    cells = tuple(
        CellVerdict(
            "m<&>\x00", f"l{at}", "fidelity",
            (Clause("floor", state, 0.2, Estimate(0.1, 0.05, 0.3, 60, 60, "x"), 'why & "so" <'),), tolerated,
        )
        for at, state in enumerate(states)
    )  # fmt: skip
    return GateResult("p", "run", None, "langbias|x", cells, (), strict)


STATES = ["pass", "fail", "inconclusive"]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("tolerated", [False, True])
def test_junit_always_agrees_with_the_exit_code(strict: bool, tolerated: bool) -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        found = result(*rng.choice(STATES, rng.integers(0, 6)), strict=strict, tolerated=tolerated)
        suite = ElementTree.fromstring(junit_xml(found)).find("testsuite")
        assert suite is not None
        failures, skipped = len(suite.findall(".//failure")), len(suite.findall(".//skipped"))
        assert (int(suite.get("failures", 0)), int(suite.get("skipped", 0))) == (failures, skipped)
        assert int(suite.get("tests", 0)) == len(found.cells)
        assert found.exit_code == (1 if failures else 6 if skipped else 0)
        assert found.state == {0: "pass", 1: "fail", 6: "inconclusive"}[found.exit_code]
        assert headline(found).split(":")[0] in {
            0: "The gate passes", 1: "The gate fails", 6: "The gate cannot tell"
        }[found.exit_code]  # fmt: skip


def test_inconclusive_is_skipped_and_with_strict_a_failure() -> None:
    assert result("pass", "inconclusive").exit_code == 6
    assert result("pass", "inconclusive", strict=True).exit_code == 1
    assert result("fail", "inconclusive").exit_code == 1
    assert result("fail", tolerated=True).exit_code == 0


def test_outputs_carry_estimates_and_escape_names() -> None:
    found = result("fail", "pass")
    xml = junit_xml(found)
    assert 'name="floor.estimate" value="0.1"' in xml
    assert "\x00" not in xml
    markdown = gate_markdown(found)
    assert "✗" in markdown
    assert "m<" not in markdown
    assert '"exit_code": 1' in gate_json(found)


@pytest.mark.parametrize("name", sample_names())
def test_sample_policies_are_sound(name: str) -> None:
    policy = load_policy(name)
    assert policy.name == name
    assert policy.description


def test_the_last_rule_that_speaks_of_a_cell_wins_limit_by_limit() -> None:
    policy = Policy(
        "p", 1, limits=Limits(floor=0.8, largest_gap=0.1),
        rule=(PolicyRule(checks=("culture",), floor=0.5), PolicyRule(languages=("yo",), largest_gap=0.3)),
    )  # fmt: skip
    assert policy.limits_for("culture", "yo") == Limits(floor=0.5, largest_gap=0.3)
    assert policy.limits_for("fidelity", "ko") == Limits(floor=0.8, largest_gap=0.1)
    assert policy.limits_for("no_reply", "yo") == Limits()


def test_what_only_a_rule_names_is_judged_too() -> None:
    rules = (PolicyRule(checks=("no_reply",), languages=("yo",), floor=0.9),)
    policy = Policy("p", 1, languages=("fa",), rule=rules, never=(Never("n", severity="critical", languages=("ru",)),))
    assert policy.languages_beside(["en", "yo"]) == ("en", "yo", "fa", "ru")
    assert policy.checks_beside(["fidelity"]) == ("fidelity", "no_reply")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "x"\nschema_version = 1\n', "asks for nothing"),
        ('name = "x"\nschema_version = 1\n[limits]\nflor = 0.5\n', "did you mean 'floor'"),
        ('name = "x"\nschema_version = 1\n[limits]\nfloor = 70\n', "write a share between 0 and 1"),
        ('name = "x"\nschema_version = 2\n[limits]\nfloor = 0.7\n', "schema_version"),
        ('name = "x"\nschema_version = 1\n[[rule]]\nchecks = ["fidelty"]\nfloor = 0.7\n', "unknown check 'fidelty'"),
        ('name = "x"\nschema_version = 1\nlanguages = ["korean"]\n[limits]\nfloor = 0.7\n', "BCP 47"),
        ('name = "x"\nschema_version = 1\n[[never]]\nid = "a"\n', "name rules or a severity"),
        ('name = "x"\nschema_version = 1\nconfidence = 95\n[limits]\nfloor = 0.7\n', "confidence"),
        ("name = ", "not valid TOML"),
    ],
)
def test_a_policy_that_says_nonsense_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDataError, match=words):
        load_policy(str(path))


def test_a_policy_that_does_not_exist_lists_the_samples() -> None:
    with pytest.raises(UsageError, match="did you mean 'usual'"):
        load_policy("usal")


DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.skipif(not DOCS.is_dir(), reason="needs a checkout")
def test_the_policy_of_the_documentation_is_sound(tmp_path: Path) -> None:
    text = (DOCS / "release-gate.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    policy = load_policy(str(path))
    assert policy.allowed_to_fail == ("yo",)
    assert policy.limits_for("fidelity", "ko") == Limits(floor=0.95, largest_gap=0.20, largest_drop=0.10)
