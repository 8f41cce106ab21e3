"""From the shared options of `audit`, `collect` and `plan` to a plan, and a plan to a collected run."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from langbias.cli.output import note

if TYPE_CHECKING:
    from langbias.audit import Choice, Plan
    from langbias.collect import CollectReport
    from langbias.targets.protocol import TargetSpec


def planned(choice: Choice, targets: list[str] | None, config: Path, gguf: Path | None) -> Plan:
    """The plan that these options make."""
    from langbias.audit import make_plan
    from langbias.corpus import load_corpus

    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return make_plan(choice, load_corpus(), target_specs(targets, config, gguf), now)


def target_specs(names: list[str] | None, config: Path, gguf: Path | None) -> list[TargetSpec]:
    """The targets named on the command line; the embedded one when none is."""
    from langbias.errors import UsageError
    from langbias.targets.configuration import read_configuration
    from langbias.targets.local import local_target
    from langbias.targets.specification import parse_target

    chosen = names or ["local"]
    if gguf is not None and "local" not in chosen:
        raise UsageError("--gguf belongs to the target local; add --target local")
    configuration = read_configuration(config) if config.exists() else None
    return [local_target(gguf) if name == "local" else parse_target(name, configuration) for name in chosen]


def show_plan(plan: Plan, prices: tuple[float, float] | None = None) -> None:
    """What would be asked, what it would take, and what it could show, on stdout."""
    from langbias.cli.output import print_table
    from langbias.forecast import forecast, forecast_sentences

    found = forecast(plan, prices)
    print_table(
        ("language", "prompts", "requests", "smallest gap, alone", "after Holm"),
        [
            (
                row.language,
                str(sum(prompt.language == row.language for prompt in plan.prompts)),
                str(row.calls),
                *(
                    "baseline" if row.language == plan.run.plan.baseline else _gap(gap)
                    for gap in (row.alone, row.corrected)
                ),
            )
            for row in found.languages
        ],
    )
    print(
        f"{found.scenarios} scenarios, {found.repeats} repeats: {len(plan.trials)} conversations,"
        f" {found.calls} requests, into {plan.path}"
    )
    for line in forecast_sentences(found):
        print(line)
    print(plan.run.signature)


def _gap(gap: float | None) -> str:
    return "none can be found" if gap is None else f"{gap * 100:.1f} points"


def collected(
    plan: Plan, max_connections: int, max_calls: int | None, retry_failed: bool, quiet: bool
) -> CollectReport:
    """Collect the plan with live progress, and say what is left to do."""
    from langbias.audit import collect_run
    from langbias.cli.progress import Progress
    from langbias.collect import CollectSettings

    settings = CollectSettings(
        system_prompt=plan.run.plan.system_prompt,
        max_tokens=plan.run.plan.max_tokens,
        max_connections=max_connections,
        max_calls=max_calls,
        retry_failed=retry_failed,
    )
    with Progress(quiet=quiet) as progress:
        report = collect_run(plan, settings, progress.on_event)
    for stopped in report.stopped:
        note(f"langbias: {stopped.target_id}: {stopped.reason}")
    if report.unrecorded:
        note(f"{report.unrecorded} replies are not filled in yet")
    if not report.complete:
        note(
            f"{report.remaining} of {report.planned} conversations are still open; all that was answered is kept in"
            f" {plan.path}. Run the same command again to go on"
        )
    return report
