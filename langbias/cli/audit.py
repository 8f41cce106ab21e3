"""`langbias audit`: collect, score and report in one go."""

from __future__ import annotations

from typing import Annotated

import typer

from langbias.cli import options
from langbias.cli.output import note


def audit(
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
    checks: options.Checks = None,
    workers: options.Workers = None,
    config: options.Config = options.CONFIG,
    max_calls: options.Limit = None,
    max_cost: options.MaxCost = None,
    prices: options.Prices = options.PRICES,
    retry_failed: options.RetryFailed = False,
    no_retry: options.NoRetry = False,
    quiet: options.Quiet = False,
    pivot: Annotated[
        bool,
        typer.Option(
            "--pivot",
            help="Ask the target to translate its own English replies as well, and measure how near its replies in"
            " each language are to them. Needs --repeats 2 or more; --dry-run shows the extra calls.",
        ),
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            metavar="TARGET",
            help="Ask this chatbot as well what it makes of the advice in each reply, and print how far it agrees with"
            " the rules and with people. It changes no figure of the report.",
        ),
    ] = None,
    tokenizer: options.Tokenizer = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be asked and what it takes; send nothing.")
    ] = False,
    probe: options.Probe = 0,
) -> None:
    """Audit chatbots: ask every scenario in every language, check the replies, write the report.

    The same command again goes on where it stopped, and asks nothing twice.
    """
    from langbias.audit import Choice
    from langbias.cli.making import Asking, collected, planned, price_table, show_plan, target_specs
    from langbias.cli.summary import print_judge, print_summary
    from langbias.errors import UsageError
    from langbias.judge import judge_plan, most_calls, write_judge
    from langbias.pivot import pivot_calls, pivot_plans, require_pivot
    from langbias.publish import publish
    from langbias.registry import choose_checks
    from langbias.scoring import score_run
    from langbias.store import RunFolder
    from langbias.tokenizer import read_tokenizer

    names = choose_checks(checks)
    counter = read_tokenizer(tokenizer) if tokenizer else None
    choice = Choice(languages, scenarios, baseline, repeats, seed, system_prompt, max_tokens, output, variants)
    plan = planned(choice, target, config, gguf)
    table = price_table(prices)
    asking = Asking(max_connections, max_calls, max_cost, retry_failed, no_retry, quiet, table)
    if pivot:
        require_pivot(plan)
    second_opinion = target_specs([judge], config, None)[0] if judge else None
    if second_opinion and "culture" not in names:
        raise UsageError("--judge is asked about advice; add culture to --checks")
    if dry_run:
        show_plan(plan, asking, probe)
        if second_opinion:
            print(f"--judge: up to {most_calls(plan)} requests to {second_opinion.target.id}, two for each question")
        if pivot:
            print(f"--pivot: up to {pivot_calls(plan)} more requests, one for each English reply and language")
        return
    report = collected(plan, asking)
    folder = RunFolder(plan.path)
    if report.turns == 0 and report.stored_before == 0:
        note("nothing was answered, so there is nothing to score")
        raise typer.Exit(4)
    complete = report.complete
    if pivot and complete:
        second = [collected(one, asking) for one in pivot_plans(plan)]
        complete = all(one.complete for one in second)
    score_run(folder, names, workers)
    asked = judge_plan(plan, second_opinion) if second_opinion and complete else None
    if asked:
        complete = collected(asked, asking).complete
    elif second_opinion and complete:
        note("--judge: no reply that it could be asked about")
    published = publish(folder, tokenizer=counter, prices=table)
    print_summary(published.summary)
    if asked and second_opinion:
        print_judge(write_judge(folder, RunFolder(asked.path)), second_opinion.target.id)
    print(f"report: {plan.path / 'report.html'}")
    print(published.summary.signature)
    if not complete:
        raise typer.Exit(4)
