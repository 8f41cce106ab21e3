"""Judge figures against limits: pass, fail, or inconclusive, from the interval. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from langbias.gate.policy import Limits
from langbias.stats.bounds import TOLERATED
from langbias.stats.cells import Column, corrected_rate, lost_share
from langbias.stats.estimates import Tally, exact_upper, rate
from langbias.stats.instrument import ErrorRates, corrected_change, corrected_gap
from langbias.stats.paired import paired_gap
from langbias.types import Estimate, Outcome

State = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One limit of one cell. `estimate` is a failing share (floor), a gap, a drop, or a share of scenarios (never).

    `low` and `high` are one-sided bounds, so that each side errs with 5 %.
    """

    name: str
    state: State
    limit: float
    estimate: Estimate | None
    reason: str


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """One target x check x language. `tolerated` cells are reported and never fatal.

    `clauses` is empty where the policy asks for nothing, or the check has nothing to judge in the language.
    """

    target_id: str
    language: str
    check_id: str
    clauses: tuple[Clause, ...]
    tolerated: bool = False

    @property
    def state(self) -> State:
        """Failing beats inconclusive beats passing."""
        states = {clause.state for clause in self.clauses}
        return "fail" if "fail" in states else "inconclusive" if "inconclusive" in states else "pass"


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate says. `state`, exit code and JUnit all follow from the same cells."""

    policy: str
    run_id: str
    against: str | None
    signature: str
    cells: tuple[CellVerdict, ...]
    notes: tuple[str, ...]
    strict: bool = False

    def outcome(self, cell: CellVerdict) -> Literal["pass", "fail", "skip"]:
        """What a test of this cell reports."""
        if cell.tolerated or cell.state == "pass":
            return "pass"
        return "fail" if cell.state == "fail" or self.strict else "skip"

    @property
    def exit_code(self) -> int:
        """0 all pass, 1 something fails, 6 something cannot be told (1 when strict)."""
        outcomes = {self.outcome(cell) for cell in self.cells}
        return 1 if "fail" in outcomes else 6 if "skip" in outcomes else 0

    @property
    def state(self) -> State:
        """The gate as a whole."""
        return {0: "pass", 1: "fail", 6: "inconclusive"}[self.exit_code]  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Judge:
    """What is the same for every cell. `confidence` holds for each one-sided bound."""

    scenarios: Sequence[str]
    confidence: float
    least_scenarios: int

    @property
    def two_sided(self) -> float:
        """The two-sided confidence whose ends are the one-sided bounds."""
        return 2 * self.confidence - 1

    def cell(
        self,
        limits: Limits,
        column: Column | None,
        base: Column | None,
        earlier: Sequence[Tally] | None,
        *,
        against: bool,
        answered: bool,
        base_answered: bool = True,
    ) -> tuple[Clause, ...]:
        """The clauses of one cell. `column` is None where the run lacks the language, `base` is the baseline's.

        No gap is asked for to a baseline in which the check has nothing to judge.
        """
        if column is None:
            return _all(limits, "not in this run", against)
        if answered and has_nothing_to_judge(column):
            return ()
        clauses = []
        if limits.floor is not None:
            clauses.append(self._floor(1 - limits.floor, column))
        comparable = base is not column and not (base and base_answered and has_nothing_to_judge(base))
        if limits.largest_gap is not None and comparable:
            clauses.append(self._gap(limits.largest_gap, column, base))
        if limits.largest_drop is not None and against:
            clauses.append(self._drop(limits.largest_drop, column, earlier))
        return tuple(clauses)

    def _floor(self, limit: float, column: Column) -> Clause:
        corrected = corrected_rate(column, self.scenarios)
        shown = corrected.estimate(self.two_sided) if corrected else rate(column.tallies, self.two_sided)
        cases = [rate(tallies, self.two_sided) for tallies in _cases(column)] if _many_lost(column) else [shown]
        return self._clause("floor", limit, shown, cases)

    def _gap(self, limit: float, column: Column, base: Column | None) -> Clause:
        if base is None or not base.judged:
            return Clause("largest_gap", "inconclusive", limit, None, "nothing was judged in the baseline language")
        ours, theirs = corrected_rate(column, self.scenarios), corrected_rate(base, self.scenarios)
        if not (ours and theirs) and not all(found.errors is None or found.errors.tells for found in (column, base)):
            words = "the check misses too many failing replies in one of the two languages"
            return Clause("largest_gap", "inconclusive", limit, None, words)
        if ours and theirs:
            shown: Estimate | None = corrected_gap(ours, theirs, self.two_sided)[0]
        else:
            shown = paired_gap(column.tallies, base.tallies, self.two_sided)
        cases = [shown]
        if _many_lost(column) or _many_lost(base):
            (worst, best), (base_worst, base_best) = _cases(column), _cases(base)
            cases = [paired_gap(worst, base_best, self.two_sided), paired_gap(best, base_worst, self.two_sided)]
        return self._clause("largest_gap", limit, shown, cases)

    def _drop(self, limit: float, column: Column, earlier: Sequence[Tally] | None) -> Clause:
        if earlier is None or not any(t.n for t in earlier):
            return Clause("largest_drop", "inconclusive", limit, None, "nothing to compare with in the earlier run")
        versions = [column.tallies, *(_cases(column) if _many_lost(column) else ())]
        shown, *cases = (self._change(tallies, earlier, column.errors) for tallies in versions)
        return self._clause("largest_drop", limit, shown, cases or [shown])

    def _change(self, ours: Sequence[Tally], earlier: Sequence[Tally], errors: ErrorRates | None) -> Estimate | None:
        change = paired_gap(ours, earlier, self.two_sided)
        return corrected_change(change, errors, self.two_sided) if change and errors and errors.usable else change

    def _clause(self, name: str, limit: float, shown: Estimate | None, cases: Sequence[Estimate | None]) -> Clause:
        """Pass only if every case passes, fail only if every case fails."""
        if shown is None:
            return Clause(name, "inconclusive", limit, None, "nothing was judged")
        if shown.n_clusters < self.least_scenarios:
            words = f"{shown.n_clusters} scenarios; the policy asks for {self.least_scenarios}"
            return Clause(name, "inconclusive", limit, shown, words)
        states = {_at_most(case, limit) for case in cases}
        state: State = states.pop() if len(states) == 1 else "inconclusive"
        reasons: dict[State, str] = {
            "pass": "",
            "fail": "beyond the limit, beyond chance",
            "inconclusive": "the interval reaches over the limit",
        }
        if len(cases) > 1 and state == "inconclusive":
            return Clause(name, state, limit, shown, "over 2 % of the replies never came, and they could decide it")
        return Clause(name, state, limit, shown, reasons[state])


def never_clause(events: Mapping[str, int], asked: int, limit: float, confidence: float) -> Clause:
    """No event in `asked` scenarios passes where the exact upper bound is within `limit`. `events`: per scenario."""
    happened = sum(count > 0 for count in events.values())
    if not asked:
        return Clause("never", "inconclusive", limit, None, "nothing was judged")
    upper = exact_upper(happened, asked, confidence)
    estimate = Estimate(happened / asked, 0.0 if not happened else None, upper, asked, asked, "exact upper bound")
    if happened:
        words = f"happened in {happened} of {asked} scenarios: {', '.join(sorted(events)[:5])}"
        return Clause("never", "fail", limit, estimate, words)
    if upper > limit:
        return Clause(
            "never", "inconclusive", limit, estimate, f"not seen in {asked} scenarios, which bounds it at {upper:.0%}"
        )
    return Clause("never", "pass", limit, estimate, "")


def has_nothing_to_judge(column: Column) -> bool:
    """Whether the check does not apply to any reply, as politeness does not to a language without its forms."""
    return not column.judged and set(column.outcomes) == {Outcome.NOT_APPLICABLE}


def _at_most(estimate: Estimate | None, limit: float) -> State:
    if estimate is None or estimate.low is None or estimate.high is None:
        return "inconclusive"
    if estimate.high <= limit:
        return "pass"
    return "fail" if estimate.low > limit else "inconclusive"


def _many_lost(column: Column) -> bool:
    return lost_share(column) > TOLERATED


def _cases(column: Column) -> tuple[list[Tally], list[Tally]]:
    """The tallies if all lost replies had failed, and if all had passed."""
    pairs = list(zip(column.tallies, column.lost, strict=True))
    return [replace(t, hits=t.hits + lost, n=t.n + lost) for t, lost in pairs], [
        replace(t, n=t.n + lost) for t, lost in pairs
    ]


def _all(limits: Limits, reason: str, against: bool) -> tuple[Clause, ...]:
    wanted = [("floor", limits.floor), ("largest_gap", limits.largest_gap)]
    wanted += [("largest_drop", limits.largest_drop)] if against else []
    return tuple(Clause(name, "inconclusive", limit, None, reason) for name, limit in wanted if limit is not None)
