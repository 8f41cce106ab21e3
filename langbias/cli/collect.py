"""`langbias collect`: the network half of an audit."""

from __future__ import annotations

import typer

from langbias.cli import options


def collect(
    target: options.Targets = None,
    languages: options.Languages = None,
    scenarios: options.Scenarios = "core",
    variants: options.Variants = "base",
    repeats: options.Repeats = 1,
    baseline: options.Baseline = None,
    system_prompt: options.SystemPrompt = None,
    max_tokens: options.MaxTokens = None,
    max_connections: options.MaxConnections = 16,
    output: options.Output = None,
    seed: options.Seed = 7,
    gguf: options.Gguf = None,
    config: options.Config = options.CONFIG,
    max_calls: options.Limit = None,
    max_cost: options.MaxCost = None,
    prices: options.Prices = options.PRICES,
    retry_failed: options.RetryFailed = False,
    no_retry: options.NoRetry = False,
    quiet: options.Quiet = False,
) -> None:
    """Ask the chatbots and store their replies in a run folder. The same command again resumes."""
    from langbias.audit import Choice
    from langbias.cli.making import Asking, collected, planned, price_table

    choice = Choice(languages, scenarios, baseline, repeats, seed, system_prompt, max_tokens, output, variants)
    plan = planned(choice, target, config, gguf)
    table = price_table(prices)
    asking = Asking(max_connections, max_calls, max_cost, retry_failed, no_retry, quiet, table)
    report = collected(plan, asking)
    print(plan.path)
    if not report.complete:
        raise typer.Exit(4)
