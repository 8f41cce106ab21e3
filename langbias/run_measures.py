"""The measures of a run that need its replies together: marks of translation pooled against native text."""

from __future__ import annotations

from collections.abc import Iterator

from langbias.packs import load_pack
from langbias.scoring import ScoringNote, stored_results
from langbias.stats.pooled import PooledCounts
from langbias.stats.summary import MeasureRow
from langbias.store import RunFolder
from langbias.types import Run

CHECK = "artifacts"


def run_measures(folder: RunFolder, run: Run, note: ScoringNote) -> Iterator[MeasureRow]:
    """Rows for the summary, by target and language. Nothing when the artifacts check did not run."""
    if CHECK in note.checks:
        yield from _pooled(folder, run, note)


def _pooled(folder: RunFolder, run: Run, note: ScoringNote) -> Iterator[MeasureRow]:
    target_of = {trial.id: trial.target_id for trial in folder.trials()}
    counts = PooledCounts()
    for item, results in stored_results(folder, note.checks):
        for result in results:
            if result.check_id == CHECK:
                counts.add(target_of[result.trial_id], item.language, item.scenario_id or item.id, result)
    packs = {tag: load_pack(tag) for tag in run.plan.languages}
    yield from counts.rows([target.id for target in run.targets], packs, CHECK, run.plan.seed)
