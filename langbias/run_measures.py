"""The measures of a run that need its replies together.

Marks of translation against native text, the English pivot, and what access costs in each language.
"""

from __future__ import annotations

from collections.abc import Iterator

from langbias.checks.artifacts.pooled import PooledCounts
from langbias.collect.prices import PriceTable
from langbias.culture_measures import CHECK as CULTURE, CultureRun
from langbias.packs import load_pack
from langbias.pivot import pivot_results
from langbias.score import ScoreItem
from langbias.scoring import ScoringNote, stored_results
from langbias.stats.access import AccessCounts
from langbias.stats.summary import MeasureRow
from langbias.store import RunFolder
from langbias.tokenizer import NamedTokenizer
from langbias.types import BASE, CheckResult, Run

CHECK = "artifacts"
PIVOT = "english_pivot"
PIVOT_UNIT = "P: 0 as far as from another prompt's, 1 as near to its translated English as to itself"


def run_measures(
    folder: RunFolder,
    run: Run,
    note: ScoringNote,
    tokenizer: NamedTokenizer | None = None,
    prices: PriceTable | None = None,
) -> Iterator[MeasureRow]:
    """Rows for the summary, by target and language; of artifacts none when that check did not run.

    `prices` adds what the conversations cost in money, for the targets it names.
    """
    if CHECK in note.checks:
        yield from _pooled(folder, run, note)
        yield from _pivot(folder, run)
    if CULTURE in note.checks:
        yield from _culture(folder, run, note)
    yield from _access(folder, run, tokenizer, prices or PriceTable())


def _culture(folder: RunFolder, run: Run, note: ScoringNote) -> Iterator[MeasureRow]:
    found = CultureRun(list(folder.scenarios()), note.as_of)
    found.add_prompts(list(folder.prompts()))
    for target, item, result in _base_results(folder, note, CULTURE):
        found.add(target, item, result)
    yield from found.rows([target.id for target in run.targets], run.plan.languages, run.plan.baseline, run.plan.seed)


def _base_results(folder: RunFolder, note: ScoringNote, check: str) -> Iterator[tuple[str, ScoreItem, CheckResult]]:
    """Target, reply and result of one check, for the base prompts: other variants are other questions."""
    base = {prompt.id for prompt in folder.prompts() if prompt.variant == BASE}
    target_of = {trial.id: trial.target_id for trial in folder.trials() if trial.prompt_id in base}
    for item, results in stored_results(folder, note.checks):
        target = target_of.get(item.response.trial_id)
        if target is not None:
            yield from ((target, item, result) for result in results if result.check_id == check)


def _access(folder: RunFolder, run: Run, tokenizer: NamedTokenizer | None, table: PriceTable) -> Iterator[MeasureRow]:
    prompts = {prompt.id: prompt for prompt in folder.prompts()}
    trials = {trial.id: trial for trial in folder.trials()}
    costs = {target.id: price.of for target in run.targets if (price := table.of(target))}
    basis = f"{table.currency} of {table.as_of}"
    counts = AccessCounts(tokenizer, tokenizer.name if tokenizer else "", costs, basis)
    for response in folder.responses():
        trial = trials[response.trial_id]
        prompt = prompts[trial.prompt_id]
        if prompt.variant == BASE:
            turn = prompt.turns[response.turn]
            counts.add(trial.target_id, prompt.language, prompt.scenario_id, turn, response)
    yield from counts.rows([target.id for target in run.targets], run.plan.languages, run.plan.baseline)


def _pivot(folder: RunFolder, run: Run) -> Iterator[MeasureRow]:
    for target, language, found in pivot_results(folder, run):
        control = load_pack(language).artifacts.pivot
        bound = control.bound if control else None
        verdict = {None: "not_judged", True: "similar_to_english", False: "not_similar"}[found.similar]
        yield MeasureRow(
            target, language, CHECK, PIVOT, PIVOT_UNIT, found.index,
            native_p95=bound, verdict=verdict if found.index else "pivot_undefined", note=found.reason,
        )  # fmt: skip


def _pooled(folder: RunFolder, run: Run, note: ScoringNote) -> Iterator[MeasureRow]:
    counts = PooledCounts()
    for target, item, result in _base_results(folder, note, CHECK):
        counts.add(target, item.language, item.scenario_id or item.id, result)
    packs = {tag: load_pack(tag) for tag in run.plan.languages}
    yield from counts.rows([target.id for target in run.targets], packs, CHECK, run.plan.seed)
