"""The options that verbs share: the same name, meaning and default everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langbias.engines import Engine

Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        "-t",
        metavar="T",
        help="What to ask (repeatable): local, openai:MODEL, anthropic:MODEL, gemini:MODEL, chat:BASE_URL#MODEL, "
        "replay:FILE, or a name from langbias.toml. Default: local.",
    ),
]
Languages = Annotated[
    str | None, typer.Option("--languages", "-l", metavar="TAGS", help="Comma-separated BCP 47 tags. Default: all.")
]
Scenarios = Annotated[
    str, typer.Option("--scenarios", "-s", metavar="S", help="core, all, or ids separated by commas.")
]
Variants = Annotated[
    str,
    typer.Option(
        "--variants",
        metavar="V",
        help="all, or names separated by commas: base; paraphrase (a second wording, for the noise floor); personas "
        "(every paired persona, compared by the level of address they are given); or one, such as persona-age-70.",
    ),
]
Repeats = Annotated[int, typer.Option("--repeats", min=1, max=1000, help="How often each prompt is asked.")]
Baseline = Annotated[
    str | None, typer.Option("--baseline", metavar="TAG", help="The language that gaps are measured against.")
]
SystemPrompt = Annotated[
    Path | None,
    typer.Option("--system-prompt", metavar="FILE", help="A text file sent as system prompt. Default: none."),
]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", min=1, help="Longest reply, in the target's tokens.")]
MaxConnections = Annotated[int, typer.Option("--max-connections", min=1, max=1000, help="Most requests at one time.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="The run folder. Default: reports/ and a name made of the plan."
    ),
]
Seed = Annotated[
    int, typer.Option("--seed", help="Seeds the order of trials and, where the target takes one, replies.")
]
Gguf = Annotated[Path | None, typer.Option("--gguf", metavar="PATH", help="Another GGUF model for the target `local`.")]
Checks = Annotated[str | None, typer.Option("--checks", metavar="NAMES", help="Comma-separated checks. Default: all.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=256, help="Processes that score. Default: the cores at hand.")
]
Engines = Annotated[
    Engine,
    typer.Option("--engine", help="Where to score: processes here, Dask or Ray (extras [dask], [ray]); same results."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Config = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="Where named targets are defined, if the file exists.")
]
CONFIG = Path("langbias.toml")
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Ask again what failed on the way before.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
NoRetry = Annotated[bool, typer.Option("--no-retry", help="Ask nothing a second time, whatever the cause.")]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost", min=0, metavar="AMOUNT", help="Stop cleanly (exit 4) before more is spent, by the price table."
    ),
]
Prices = Annotated[
    Path, typer.Option("--prices", metavar="FILE", help="Your price table, if the file exists (see README).")
]
PRICES = Path("prices.toml")
Probe = Annotated[
    int,
    typer.Option(
        "--probe",
        min=0,
        max=100,
        metavar="K",
        help="First ask K replies of each language and target, kept in the run folder, to measure tokens and time.",
    ),
]
Limit = Annotated[
    int | None, typer.Option("--max-calls", min=1, help="Stop cleanly (exit 4) after this many requests.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Judge crisis resources as known on this date (ISO 8601). Default: today."
    ),
]
Tokenizer = Annotated[
    Path | None,
    typer.Option(
        "--tokenizer",
        metavar="FILE",
        help="A sentencepiece model: count tokens per language with it as well, for targets that do not report them.",
    ),
]
