"""From a scored run folder and a policy to a gate result."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from langbias.checks.fidelity import CHECK_ID as FIDELITY
from langbias.compare import PairedRuns, pair_runs
from langbias.gate.policy import NO_REPLY, Never, Policy
from langbias.gate.verdict import CellVerdict, GateResult, Judge, has_nothing_to_judge, never_clause
from langbias.publish import accumulate, known_errors
from langbias.scoring import ScoringNote, read_note, run_of, stored_results
from langbias.stats.accumulate import Accumulator
from langbias.stats.cells import Column
from langbias.stats.estimates import Tally
from langbias.stats.instrument import ErrorRates
from langbias.stats.where import by_unit, units_of
from langbias.store import RunFolder
from langbias.types import Finding, Outcome, Run, Severity

_ORDER = tuple(Severity)
# (target, language, event) -> events per scenario.
Events = dict[tuple[str, str, str], Counter[str]]


def gate_run(
    run: Path, policy: Policy, against: Path | None = None, *, target: str | None = None, strict: bool = False
) -> GateResult:
    """Judge a scored run, against an earlier one where given. Raises what reading and comparing runs raise."""
    folder = RunFolder(run)
    note, manifest = read_note(folder), run_of(folder)
    targets = [t.id for t in manifest.targets if target in (None, t.id)]
    pairs = {name: pair_runs(against, run, _only(against, name), name) for name in targets} if against else {}
    units = units_of(folder.scenarios())
    bench = _Bench(
        folder, manifest, note, policy, accumulate(folder, note), known_errors(folder, manifest), pairs, units
    )
    cells = [cell for name in targets for cell in bench.cells(name)]
    notes = [note for pair in pairs.values() for note in pair.notes]
    notes += [note for name in targets for note in bench.gaps_not_asked_for(name)]
    if against is None and _asks_for_drop(policy):
        notes.append("The policy limits drops, but no earlier run was given (--against), so none was judged.")
    return GateResult(
        policy=policy.name,
        run_id=manifest.id,
        against=None if against is None else RunFolder(against).run().id,
        signature=note.signature,
        cells=tuple(cells),
        notes=tuple(dict.fromkeys(notes)),
        strict=strict,
    )


def _only(against: Path, name: str) -> str | None:
    """The target of the earlier run that is compared: its namesake, or the only one there is."""
    names = [t.id for t in RunFolder(against).run().targets]
    return None if len(names) == 1 else name


def _asks_for_drop(policy: Policy) -> bool:
    return policy.limits.largest_drop is not None or any(rule.largest_drop is not None for rule in policy.rule)


@dataclass(frozen=True, slots=True)
class _Bench:
    """All that is at hand for judging one run."""

    folder: RunFolder
    run: Run
    note: ScoringNote
    policy: Policy
    counts: Accumulator
    errors: Mapping[tuple[str, str], ErrorRates]
    pairs: Mapping[str, PairedRuns]
    units: Mapping[str, str]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The independent units, in the order of the plan."""
        return tuple(dict.fromkeys(self.units.values()))

    def cells(self, target: str) -> Iterable[CellVerdict]:
        """Every cell that the policy asks something of: checks, silence, and what must never happen."""
        judge = Judge(self.scenarios, self.policy.confidence, self.policy.least_scenarios)
        for check in self._checks():
            columns = self._columns(target, check)
            base = columns.get(self.run.plan.baseline)
            for language in self._languages():
                clauses = judge.cell(
                    self.policy.limits_for(check, language),
                    columns.get(language),
                    base,
                    self._earlier(target, check, language),
                    against=bool(self.pairs) and check != NO_REPLY,
                    answered=self._answered(target, language),
                    base_answered=self._answered(target, self.run.plan.baseline),
                )
                if clauses:
                    yield CellVerdict(target, language, check, clauses, language in self.policy.allowed_to_fail)
        yield from self._nevers(target)

    def gaps_not_asked_for(self, target: str) -> Iterable[str]:
        """A note per check whose gap the policy limits though the check has nothing to judge in the baseline."""
        baseline = self.run.plan.baseline
        if not self._answered(target, baseline):
            return
        for check in self._checks():
            limited = any(self.policy.limits_for(check, tag).largest_gap is not None for tag in self._languages())
            if limited and has_nothing_to_judge(self._columns(target, check)[baseline]):
                yield f"{check} has nothing to judge in {baseline}, the baseline, so no gap is asked for."

    def _languages(self) -> tuple[str, ...]:
        return self.policy.languages_beside(self.run.plan.languages)

    def _checks(self) -> tuple[str, ...]:
        return self.policy.checks_beside(self.note.checks)

    def _columns(self, target: str, check: str) -> dict[str, Column]:
        found = {}
        for language in self.run.plan.languages:
            column = self.counts.column(target, language, check, self.scenarios, self.errors.get((language, check)))
            if check == NO_REPLY:
                silence = self.counts.silence(target, language, self.scenarios)
                column = Column(language, silence, Counter(), column.planned, column.lost)
            found[language] = column
        return found

    def _answered(self, target: str, language: str) -> bool:
        """Whether any reply came, and in the language it was asked in where that was judged: others are judged by
        fidelity alone, whatever there is to judge in them.
        """
        in_language = self.counts.column(target, language, FIDELITY, self.scenarios).tallies
        asked = in_language if any(t.n for t in in_language) else self.counts.silence(target, language, self.scenarios)
        return any(t.hits < t.n for t in asked)

    def _earlier(self, target: str, check: str, language: str) -> list[Tally] | None:
        pair = self.pairs.get(target)
        if pair is None or language not in pair.languages:
            return None
        at = by_unit(dict(zip(pair.scenarios, pair.column(0, check, language), strict=True)), self.units)
        return [at[unit] for unit in self.scenarios]

    def _nevers(self, target: str) -> Iterable[CellVerdict]:
        if not self.policy.never:
            return
        events, asked = self._events()
        for never in self.policy.never:
            for language in never.languages or self._languages():
                key = (target, language, never.id)
                clause = never_clause(
                    events.get(key, Counter()),
                    max(len(asked.get(key, ())), len(events.get(key, ()))),
                    never.largest_share,
                    self.policy.confidence,
                )
                tolerated = language in self.policy.allowed_to_fail
                yield CellVerdict(target, language, f"never: {never.id}", (clause,), tolerated)

    def _events(self) -> tuple[Events, dict[tuple[str, str, str], set[str]]]:
        """Per never-rule: findings per scenario, and the independent units in which it could have been found."""
        events: Events = defaultdict(Counter)
        asked: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for item, results in stored_results(self.folder, self.note.checks):
            for never in self.policy.never:
                key = (item.target_id, item.language, never.id)
                for result in results:
                    if never.checks and result.check_id not in never.checks:
                        continue
                    if result.outcome in (Outcome.PASS, Outcome.FAIL):
                        asked[key].add(self.units[item.scenario_id])
                    if any(_matches(never, finding) for finding in result.findings):
                        events[key][item.scenario_id] += 1
        return events, asked


def _matches(never: Never, finding: Finding) -> bool:
    if never.severity is not None and _ORDER.index(finding.severity) < _ORDER.index(Severity(never.severity)):
        return False
    return not never.rules or any(fnmatchcase(finding.rule_id, pattern) for pattern in never.rules)
