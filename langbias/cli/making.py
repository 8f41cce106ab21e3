"""From the shared options of `audit`, `collect` and `plan` to a plan, and a plan to a collected run."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from langbias.cli.output import note

if TYPE_CHECKING:
    from langbias.audit import Choice, Plan
    from langbias.collect import CollectReport, Price, PriceTable
    from langbias.targets.protocol import TargetSpec
    from langbias.types import Trial


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


def show_plan(plan: Plan, asking: Asking, probe: int = 0) -> None:
    """What would be asked, what it would take, and what it could show, on stdout. `probe` replies are asked first."""
    from langbias.budget import budget, budget_lines, probe_trials
    from langbias.cli.output import print_table
    from langbias.collect.prices import PriceTable
    from langbias.forecast import forecast, forecast_sentences
    from langbias.report.words import counted, scenarios_counted

    if probe:
        collected(plan, asking, probe_trials(plan, probe))
    found = forecast(plan)
    prices = asking.prices or PriceTable()
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
        f"{scenarios_counted(found.scenarios, found.independent)}, {counted(found.repeats, 'repeat')}:"
        f" {counted(len(plan.trials), 'conversation')}, {counted(found.calls, 'request')}, into {plan.path}"
    )
    for line in (*budget_lines(budget(plan, prices, asking.max_connections), prices), *forecast_sentences(found)):
        print(line)
    print(plan.run.signature)


def _gap(gap: float | None) -> str:
    return "none can be found" if gap is None else f"{gap * 100:.1f} points"


@dataclass(slots=True)
class Asking:
    """How to ask, from the options of the command line. `spent` and `called` add up over several collections."""

    max_connections: int = 16
    max_calls: int | None = None
    max_cost: float | None = None
    retry_failed: bool = False
    no_retry: bool = False
    quiet: bool = False
    prices: PriceTable | None = None
    spent: float = 0.0
    called: int = 0


def price_table(path: Path) -> PriceTable:
    """The user's price table; an empty one when there is no file at the default place."""
    from langbias.cli import options
    from langbias.collect.prices import PriceTable, read_prices

    return read_prices(path) if path.exists() or path != options.PRICES else PriceTable()


def collected(plan: Plan, asking: Asking, trials: tuple[Trial, ...] | None = None) -> CollectReport:
    """Collect the plan (or these `trials` of it) with live progress, and say what is left to do."""
    from langbias.audit import collect_run
    from langbias.cli.progress import Progress
    from langbias.collect import CollectSettings

    prices = asking.prices
    calls = None if asking.max_calls is None else max(0, asking.max_calls - asking.called)
    settings = CollectSettings(
        system_prompt=plan.run.plan.system_prompt,
        max_tokens=plan.run.plan.max_tokens,
        max_connections=asking.max_connections,
        max_calls=calls,
        max_cost=None if asking.max_cost is None else max(0.0, asking.max_cost - asking.spent),
        prices=_prices_by_target(plan, asking),
        retry_failed=asking.retry_failed,
        **({"max_attempts": 1} if asking.no_retry else {}),
    )
    with Progress(quiet=asking.quiet, currency=prices.currency if prices else "") as progress:
        report = collect_run(plan, settings, progress.on_event, trials)
    asking.spent += report.cost
    asking.called += report.calls
    for stopped in report.stopped:
        note(f"langbias: {stopped.target_id}: {stopped.reason}")
    if report.unrecorded:
        note(f"{report.unrecorded} replies are not filled in yet")
    if report.max_calls_reached:
        note(f"stopped at --max-calls {asking.max_calls}")
    if report.max_cost_reached:
        note(f"stopped at --max-cost {asking.max_cost:g}")
    if settings.prices and prices and not asking.quiet:
        unknown = f"; {report.uncosted} replies came without token counts" if report.uncosted else ""
        note(f"cost of {report.turns} replies: {report.cost:,.4f} {prices.currency}{unknown}")
    if not report.complete:
        note(
            f"{report.remaining} of {report.planned} conversations are still open; all that was answered is kept in"
            f" {plan.path}. Run the same command again to go on"
        )
    return report


def _prices_by_target(plan: Plan, asking: Asking) -> dict[str, Price]:
    """Raises UsageError when a ceiling was set that nothing can be measured against."""
    from langbias.errors import UsageError

    found = {}
    for spec in plan.targets:
        price = asking.prices.of(spec.target) if asking.prices else None
        if price is not None:
            found[spec.target.id] = price
        elif asking.max_cost is not None and spec.base_url is not None:
            raise UsageError(f"--max-cost: prices.toml has no price for {spec.target.id}; add one, or use --max-calls")
    return found
