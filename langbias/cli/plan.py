"""`langbias plan`: what an audit would ask, and a sheet to fill in by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from langbias.cli import options
from langbias.cli.output import note


def plan(
    target: options.Targets = None,
    languages: options.Languages = None,
    scenarios: options.Scenarios = "core",
    variants: options.Variants = "base",
    repeats: options.Repeats = 1,
    baseline: options.Baseline = None,
    system_prompt: options.SystemPrompt = None,
    max_tokens: options.MaxTokens = None,
    output: options.Output = None,
    seed: options.Seed = 7,
    gguf: options.Gguf = None,
    config: options.Config = options.CONFIG,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE.csv",
            help="Write a sheet with an empty column `response`, for chatbots without an API; then audit it with"
            " --target replay:FILE.csv.",
        ),
    ] = None,
    max_connections: options.MaxConnections = 16,
    probe: options.Probe = 0,
    prices: options.Prices = options.PRICES,
    as_json: options.Json = False,
) -> None:
    """Show what an audit would ask and cost, and the smallest gap it could find. Nothing is sent, except by --probe."""
    from langbias.audit import Choice
    from langbias.cli.making import Asking, collected, planned, price_table, show_plan
    from langbias.forecast import forecast

    asking = Asking(max_connections, prices=price_table(prices))
    choice = Choice(languages, scenarios, baseline, repeats, seed, system_prompt, max_tokens, output, variants)
    made = planned(choice, target, config, gguf)
    if export is not None:
        from langbias.targets.sheet import write_sheet

        rows = write_sheet(export, made.prompts, repeats)
        note(f"{rows} rows -> {export}; fill in the column `response`, then: langbias audit --target replay:{export}")
    elif as_json:
        import msgspec

        from langbias.budget import budget, probe_trials
        from langbias.collect import PriceTable

        if probe:
            collected(made, asking, probe_trials(made, probe))
        table = asking.prices or PriceTable()

        turns = made.turns_per_language()
        data = {
            "run": str(made.path),
            "signature": made.run.signature,
            "conversations": len(made.trials),
            "requests": sum(turns.values()),
            "requests_per_language": turns,
            "forecast": msgspec.to_builtins(forecast(made)),
            "budget": msgspec.to_builtins(budget(made, table, max_connections)),
            "currency": table.currency or None,
            "prices_as_of": table.as_of or None,
        }
        print(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        show_plan(made, asking, probe)
