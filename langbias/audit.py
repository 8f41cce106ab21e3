"""Make a run: choose prompts and targets, plan trials, and ask. Scoring and reporting read what this leaves behind."""

from __future__ import annotations

import asyncio
import hashlib
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import langbias
from langbias.collect import CollectReport, CollectSettings, Event, collect
from langbias.corpus import Corpus
from langbias.errors import UsageError
from langbias.packs import pack_version
from langbias.packs.loading import resolve_tag
from langbias.plan import plan_trials
from langbias.signature import signature
from langbias.store import SCHEMA_VERSION, RunFolder, open_run
from langbias.store.rows import encode_row
from langbias.tags import canonical, closest
from langbias.targets.protocol import TargetSpec
from langbias.types import BASE, Environment, PlanSettings, Prompt, Run, Scenario, Trial

# Packages whose version can change a reply or a verdict; they stand in the manifest.
_PACKAGES = (
    "eldc", "httpx", "kiwipiepy", "kiwipiepy-model", "langdetect", "lingua-language-detector", "phonenumbers",
    "py3langid", "pymorphy3", "pymorphy3-dicts-ru", "regex", "sacrebleu", "sentencepiece", "xllamacpp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user asked for. None leaves it to the corpus: all its languages, its baseline."""

    languages: str | None = None
    scenarios: str = "core"
    baseline: str | None = None
    repeats: int = 1
    seed: int = 7
    system_prompt: Path | None = None
    max_tokens: int | None = None
    output: Path | None = None
    variants: str = BASE


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that is ready to be collected."""

    path: Path
    run: Run
    trials: tuple[Trial, ...]
    prompts: tuple[Prompt, ...]
    scenarios: tuple[Scenario, ...]
    targets: tuple[TargetSpec, ...]

    def turns_per_language(self) -> dict[str, int]:
        """Requests that the plan comes to, by language."""
        turns = {prompt.id: (prompt.language, len(prompt.turns)) for prompt in self.prompts}
        found = dict.fromkeys(self.run.plan.languages, 0)
        for trial in self.trials:
            language, count = turns[trial.prompt_id]
            found[language] += count
        return found


def make_plan(choice: Choice, corpus: Corpus, targets: Sequence[TargetSpec], now: str) -> Plan:
    """Plan a run. `now` (ISO 8601) goes into the manifest only. Raises UsageError for unknown or doubled choices."""
    names = [spec.target.id for spec in targets]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise UsageError(f"target {min(doubled)!r} is named twice; name each target once")
    baseline = canonical(choice.baseline) if choice.baseline else corpus.baseline
    languages = _languages(choice.languages, baseline, corpus)
    scenarios = corpus.select(choice.scenarios)
    variants = corpus.select_variants(choice.variants)
    prompts = corpus.prompts_for(languages, scenarios, variants)
    asked = {prompt.scenario_id for prompt in prompts}
    scenarios = tuple(scenario for scenario in scenarios if scenario.id in asked)
    if not prompts:
        raise UsageError(
            f"the chosen scenarios have no prompt of variant {choice.variants}; add base, or choose others"
        )
    settings = PlanSettings(
        languages=languages,
        scenarios=tuple(scenario.id for scenario in scenarios),
        baseline=baseline,
        repeats=choice.repeats,
        seed=choice.seed,
        variants=variants,
        system_prompt=_system_prompt(choice.system_prompt),
        max_tokens=choice.max_tokens,
    )
    systems = tuple(spec.target for spec in targets)
    trials = plan_trials(prompts, systems, settings)
    packs = tuple(pack_version(resolve_tag(tag)) for tag in languages)
    run_id = _run_id(names, choice.scenarios, trials)
    run = Run(
        id=run_id,
        schema_version=SCHEMA_VERSION,
        signature=signature(corpus.version, corpus.digest, packs, settings),
        corpus_version=corpus.version,
        corpus_digest=corpus.digest,
        packs=packs,
        targets=systems,
        plan=settings,
        environment=_environment(now),
        notes=tuple(dict.fromkeys(note for spec in targets for note in spec.notes)),
    )
    path = choice.output or Path("reports") / run_id
    return Plan(path, run, trials, prompts, scenarios, tuple(targets))


def _languages(chosen: str | None, baseline: str, corpus: Corpus) -> tuple[str, ...]:
    """The languages to ask in, the baseline first; without it there is nothing to compare with."""
    if chosen is None:
        wanted = list(corpus.languages)
    else:
        wanted = [canonical(tag) for tag in chosen.split(",") if tag.strip()]
        if not wanted:
            raise UsageError("no language chosen; give tags such as en,ko")
    unknown = [tag for tag in (*wanted, baseline) if tag not in corpus.languages]
    if unknown:
        raise UsageError(f"no prompts in language {unknown[0]!r}{closest(unknown[0], corpus.languages)}")
    if baseline not in wanted:
        if chosen is not None:
            raise UsageError(
                f"the baseline {baseline!r} is not among the languages {','.join(wanted)}; add it, or name another one"
                " with --baseline"
            )
        wanted.append(baseline)
    return tuple(dict.fromkeys([baseline, *wanted]))


def _system_prompt(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"--system-prompt {path}: cannot be read as UTF-8 text ({problem})") from problem
    if not text:
        raise UsageError(f"--system-prompt {path}: is empty; leave the option out to send none")
    return text


def _run_id(targets: Sequence[str], scenarios: str, trials: Sequence[Trial]) -> str:
    """A name made of the plan: the same command finds its run again."""
    digest = hashlib.sha256("".join(trial.id for trial in trials).encode()).hexdigest()[:8]
    words = [targets[0] if len(targets) == 1 else f"{len(targets)}-targets"]
    words.append(scenarios if scenarios in ("core", "all") else "some")
    safe = "".join(char if char.isalnum() or char in "-." else "-" for char in "-".join(words))
    return f"{safe[:60]}-{digest}"


def _environment(now: str) -> Environment:
    packages = []
    for name in _PACKAGES:
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return Environment(
        langbias=langbias.__version__,
        python=platform.python_version(),
        platform=f"{sys.platform}-{platform.machine()}",
        packages=tuple(packages),
        created_at=now,
    )


def collect_run(
    plan: Plan,
    settings: CollectSettings,
    on_event: Callable[[Event], None],
    trials: Sequence[Trial] | None = None,
) -> CollectReport:
    """Ask what the run folder does not hold yet, of all trials or of these. All that was answered stays stored."""
    asked = plan.trials if trials is None else trials
    with open_run(plan.path, plan.run, plan.trials) as (folder, log):
        _keep_corpus(folder, plan)
        return asyncio.run(collect(asked, plan.prompts, plan.targets, log, settings, on_event=on_event))


def _keep_corpus(folder: RunFolder, plan: Plan) -> None:
    """Keep what was asked beside what was answered: a run is readable when the corpus has moved on."""
    if not folder.prompts_path.exists():
        folder.write_file(folder.prompts_path.name, b"".join(map(encode_row, plan.prompts)))
    if not folder.scenarios_path.exists():
        folder.write_file(folder.scenarios_path.name, b"".join(map(encode_row, plan.scenarios)))
