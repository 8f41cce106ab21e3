"""Compare two runs, two targets, or two releases of one: paired by scenario, on the same prompts and the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from langbias.errors import InvalidDataError, UsageError
from langbias.packs import load_pack
from langbias.report.comparison import (
    Comparison,
    FlippedReply,
    FlipView,
    Side,
    comparison_html,
    comparison_json,
    comparison_markdown,
)
from langbias.scoring import ScoringNote, read_note, run_items, scored_anew, stored_results
from langbias.stats.comparison import Change, Flip, check_changes
from langbias.stats.estimates import Tally
from langbias.stats.where import units_of
from langbias.store import RunFolder
from langbias.store.disk import write_atomic
from langbias.tags import closest
from langbias.types import BASE, CheckResult, Outcome, PackVersion, Run

FORMATS = ("html", "md", "json")

Counted = dict[tuple[str, str], dict[str, list[int]]]
# (check, language, scenario, fails) -> the first reply of that kind: trial and turn.
Firsts = dict[tuple[str, str, str, bool], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Source:
    """One side: a run folder, one of its targets, and the prompts of it that both sides asked."""

    folder: RunFolder
    run: Run
    target_id: str
    prompts: Mapping[str, tuple[str, str]]  # prompt id -> (language, scenario)


@dataclass(frozen=True, slots=True)
class PairedRuns:
    """Two sides on the prompts, languages and checks that they share, counted by the same rules."""

    sources: tuple[_Source, _Source]
    counted: tuple[Counted, Counted]
    firsts: tuple[Firsts, Firsts]
    languages: tuple[str, ...]
    scenarios: tuple[str, ...]
    units: Mapping[str, str]
    checks: tuple[str, ...]
    packs: tuple[PackVersion, ...]
    as_of: str
    notes: tuple[str, ...]

    def column(self, side: int, check: str, language: str) -> list[Tally]:
        """Failing among judged replies per scenario: of the earlier run (side 0) or the later one (side 1)."""
        counts = self.counted[side].get((check, language), {})
        return [Tally(*counts.get(scenario, (0, 0))) for scenario in self.scenarios]


def pair_runs(
    before: Path,
    after: Path,
    target_before: str | None = None,
    target_after: str | None = None,
    *,
    rescore: bool = False,
    workers: int | None = None,
) -> PairedRuns:
    """Bring two runs together; raises what `compare_runs` raises."""
    folders = RunFolder(before), RunFolder(after)
    runs = folders[0].run(), folders[1].run()
    targets = _target(runs[0], target_before, "--target-a"), _target(runs[1], target_after, "--target-b")
    if before.resolve() == after.resolve() and targets[0] == targets[1]:
        raise UsageError(f"{before}: both sides are the same run and target; name two of its targets, or two runs")
    notes: list[str] = []
    if not rescore:
        _require_equal(folders, runs)
    shared = _shared_prompts(*folders, notes)
    sources = _Source(folders[0], runs[0], targets[0], shared), _Source(folders[1], runs[1], targets[1], shared)
    asked = {scenario for _, scenario in shared.values()}
    units = units_of(sorted((s for s in folders[1].scenarios() if s.id in asked), key=lambda s: s.id))
    checks, as_of, packs = _rules(folders, runs, rescore)
    counted = [_count(s, _results(s, folders[1], checks, as_of, rescore, workers)) for s in sources]
    return PairedRuns(
        sources=sources,
        counted=(counted[0][0], counted[1][0]),
        firsts=(counted[0][1], counted[1][1]),
        languages=tuple(_languages(runs, shared, notes)),
        scenarios=tuple(units),
        units=units,
        checks=checks,
        packs=packs,
        as_of=as_of,
        notes=tuple(notes),
    )


def compare_runs(
    before: Path,
    after: Path,
    *,
    target_before: str | None = None,
    target_after: str | None = None,
    rescore: bool = False,
    workers: int | None = None,
) -> Comparison:
    """What changed from `before` to `after`, per language and check.

    Raises InvalidDataError when the two asked different prompts or were scored by different rules and `rescore` is
    not set; with it, both are scored anew in memory, on the prompts that are the same in both. Raises UsageError for
    unknown or ambiguous targets.
    """
    pair = pair_runs(before, after, target_before, target_after, rescore=rescore, workers=workers)
    runs = tuple(source.run for source in pair.sources)
    notes = list(pair.notes)
    baseline = runs[1].plan.baseline
    if baseline not in pair.languages:
        notes.append(f"The baseline {baseline} is not in both runs, so no change of a gap is given.")
    seed = runs[1].plan.seed
    changes: list[Change] = []
    for check in pair.checks:
        old, new = ({lang: pair.column(side, check, lang) for lang in pair.languages} for side in (0, 1))
        changes += check_changes(check, old, new, pair.languages, baseline, pair.units, seed)
    notes += _differences(runs[0], runs[1])
    sides = tuple(
        Side(s.run.id, s.target_id, _model(s), s.run.environment.created_at[:10], s.run.signature) for s in pair.sources
    )
    return Comparison(
        before=sides[0],
        after=sides[1],
        baseline=baseline,
        languages=tuple(load_pack(tag).language for tag in pair.languages),
        checks=pair.checks,
        n_scenarios=len(set(pair.units.values())),
        changes=tuple(changes),
        flips=tuple(_flip_views(pair, tuple(changes))),
        packs=pair.packs,
        as_of=pair.as_of,
        rescored=rescore,
        notes=tuple(notes),
    )


def write_comparison(comparison: Comparison, output: Path, formats: tuple[str, ...] = FORMATS) -> tuple[Path, ...]:
    """Write `comparison.html`, `.md` and `.json` into the folder `output`. The same runs give the same bytes."""
    makers = {"html": comparison_html, "md": comparison_markdown, "json": comparison_json}
    written = []
    for name in formats:
        path = output / f"comparison.{name}"
        write_atomic(path, [makers[name](comparison).encode("utf-8", "replace")])
        written.append(path)
    return tuple(written)


def _target(run: Run, wanted: str | None, option: str) -> str:
    names = [target.id for target in run.targets]
    if wanted is None:
        if len(names) > 1:
            raise UsageError(
                f"the run {run.id} has {len(names)} targets ({', '.join(names)}); choose one with {option}"
            )
        return names[0]
    if wanted not in names:
        raise UsageError(f"{option}: the run {run.id} has no target {wanted!r}{closest(wanted, names)}")
    return wanted


def _require_equal(folders: tuple[RunFolder, RunFolder], runs: tuple[Run, Run]) -> None:
    """Refuse to compare what was asked or judged differently."""
    if runs[0].corpus_digest != runs[1].corpus_digest:
        raise InvalidDataError(
            f"the runs asked different corpora ({runs[0].corpus_version}#{runs[0].corpus_digest[:4]} and"
            f" {runs[1].corpus_version}#{runs[1].corpus_digest[:4]}); give --rescore to compare the prompts that are"
            " the same in both"
        )
    one, two = (read_note(folder) for folder in folders)
    different = [name for name in ("packs", "checks") if _by_tag(one, two, name)]
    if different:
        raise InvalidDataError(
            f"the runs were scored by different {' and '.join(different)}; give --rescore to score both anew"
        )


def _by_tag(one: ScoringNote, two: ScoringNote, name: str) -> bool:
    """Whether the notes differ; a pack that only one run needed is no difference."""
    if name == "checks":
        return one.checks != two.checks
    ours, theirs = ({pack.tag: pack for pack in note.packs} for note in (one, two))
    return any(ours[tag] != theirs[tag] for tag in set(ours) & set(theirs))


def _shared_prompts(before: RunFolder, after: RunFolder, notes: list[str]) -> dict[str, tuple[str, str]]:
    """Prompts with the same words in both runs; second wordings and personas, which no rate counts, are left out."""
    ours, theirs = ({p.id: p for p in folder.prompts() if p.variant == BASE} for folder in (before, after))
    same = {
        name: (prompt.language, prompt.scenario_id)
        for name, prompt in ours.items()
        if name in theirs and theirs[name].turns == prompt.turns
    }
    if not same:
        raise InvalidDataError(f"{before.path} and {after.path} have no prompt in common, so nothing can be compared")
    left = len(set(ours) | set(theirs)) - len(same)
    if left:
        notes.append(f"{left} prompts that only one run asked, or that were changed in between, are left out.")
    return same


def _rules(
    folders: tuple[RunFolder, RunFolder], runs: tuple[Run, Run], rescore: bool
) -> tuple[tuple[str, ...], str, tuple[PackVersion, ...]]:
    if not rescore:
        note = read_note(folders[1])
        return note.checks, note.as_of, note.packs
    try:
        note = read_note(folders[1])
        checks, as_of = note.checks, note.as_of
    except InvalidDataError:
        from langbias.registry import choose_checks

        checks, as_of = choose_checks(None), runs[1].environment.created_at[:10]
    languages = sorted(set(runs[0].plan.languages) & set(runs[1].plan.languages))
    return checks, as_of, tuple(load_pack(tag).version for tag in languages)


def _results(
    source: _Source, judge: RunFolder, checks: tuple[str, ...], as_of: str, rescore: bool, workers: int | None
) -> Iterator[tuple[CheckResult, ...]]:
    if rescore:
        scenarios = {scenario.id: scenario for scenario in judge.scenarios()}
        for _, results in scored_anew(source.folder, checks, as_of, workers, scenarios):
            yield results
    else:
        for _, results in stored_results(source.folder, checks):
            yield results


def _count(source: _Source, results: Iterator[tuple[CheckResult, ...]]) -> tuple[Counted, Firsts]:
    """Failing and judged replies per check, language and scenario, and the first reply of each kind."""
    places = {
        trial.id: source.prompts[trial.prompt_id]
        for trial in source.folder.trials()
        if trial.target_id == source.target_id and trial.prompt_id in source.prompts
    }
    counts: Counted = {}
    firsts: Firsts = {}
    for found in results:
        for result in found:
            place = places.get(result.trial_id)
            if place is None or result.outcome not in (Outcome.PASS, Outcome.FAIL):
                continue
            language, scenario = place
            fails = result.outcome is Outcome.FAIL
            count = counts.setdefault((result.check_id, language), {}).setdefault(scenario, [0, 0])
            count[0] += fails
            count[1] += 1
            firsts.setdefault((result.check_id, language, scenario, fails), (result.trial_id, result.turn))
    return counts, firsts


def _languages(runs: tuple[Run, Run], shared: Mapping[str, tuple[str, str]], notes: list[str]) -> list[str]:
    there = {language for language, _ in shared.values()}
    languages = [tag for tag in runs[1].plan.languages if tag in there]
    left = sorted((set(runs[0].plan.languages) | set(runs[1].plan.languages)) - set(languages))
    if left:
        notes.append(f"Languages that only one run asked in are left out: {', '.join(left)}.")
    return languages


def _differences(before: Run, after: Run) -> list[str]:
    """What else differs between the runs, and could make a change."""
    one, two = before.plan, after.plan
    return [
        f"The runs differ in {words}: a change may come from that."
        for name, words in (("system_prompt", "their system prompt"), ("max_tokens", "the longest reply"))
        if getattr(one, name) != getattr(two, name)
    ]


def _model(source: _Source) -> str:
    return next(target.model or target.id for target in source.run.targets if target.id == source.target_id)


def _flip_views(pair: PairedRuns, changes: tuple[Change, ...]) -> Iterator[FlipView]:
    """The flipped scenarios with one reply of each side, fetched from the folders."""
    wanted: list[tuple[Change, Flip, tuple[str, int], tuple[str, int]]] = []
    for change in changes:
        for flip in change.flips:
            broke = flip.kind == "broke"
            key = (change.check_id, change.language, flip.scenario_id)
            wanted.append((change, flip, pair.firsts[0][*key, not broke], pair.firsts[1][*key, broke]))
    texts = [
        _replies(source, {each[side] for _, _, *each in wanted}) if wanted else {}
        for side, source in enumerate(pair.sources)
    ]
    for change, flip, old, new in wanted:
        yield FlipView(change.language, change.check_id, flip.scenario_id, flip.kind, texts[0][old], texts[1][new])


def _replies(source: _Source, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], FlippedReply]:
    return {
        (item.response.trial_id, item.response.turn): FlippedReply(item.turns, item.response.text, item.response.status)
        for item in run_items(source.folder)
        if (item.response.trial_id, item.response.turn) in wanted
    }
