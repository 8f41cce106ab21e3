"""Measures the artifacts check on native and translated text, the placebo table first.

    python tests/benchmarks/artifacts.py --data DIR [--native DIR] [--write-evidence] [-l ko,ru,fa]

DIR holds `<language>.<source>.jsonl` with one object a line: `doc`, `label` (`native`, or how it was translated),
`text`; `--native` names a folder of further native sources. The tables are about what ships: the rules that the pack
counts and the baselines in it. `--write-evidence` measures every rule, chooses which count and puts that and the
baselines into the packs, nothing of the text; the tables then need a second run.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
from artifacts_choice import Choice, block_hits
from artifacts_evidence import DRAWS, Evidence, held_back, measure, write
from artifacts_garble import garble_rows, letter_rows
from artifacts_pivot import pivot_rows
from artifacts_sources import LEFT_OUT, Native, native
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from langbias.checks.artifacts import check
from langbias.checks.artifacts.quoted import own_words
from langbias.checks.artifacts.rate import baseline_for, threshold
from langbias.checks.context import CheckContext
from langbias.packs import LanguagePack, load_pack
from langbias.packs.loading import load_morphology
from langbias.rules import CompiledRule, compile_rule
from langbias.text import Text, sentences, words
from langbias.types import Response, Status

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Source:
    """One file: per line the hits of every rule (rows x rules), sentences, words, and the document's number.

    `asked` is false for a native source that only `--native` brought: the issue's own sets are asked about.
    """

    name: str
    label: str
    entry: Native
    asked: bool
    texts: tuple[str, ...]
    doc_ids: tuple[str, ...]
    docs: Counts
    hits: Counts
    sentences: Counts
    words: Counts

    @cached_property
    def native(self) -> bool:
        return self.label == "native"


def read(
    tag: str, path: Path, rules: list[CompiledRule], analyse: Callable[..., object] | None, *, asked: bool
) -> Source:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = tuple(Text(row["text"]).value for row in rows)
    numbers: dict[str, int] = {}
    docs = [numbers.setdefault(row["doc"], len(numbers)) for row in rows]
    hits = [[len(rule.find(own_words(text, ()), analyse)) for rule in rules] for text in texts]  # type: ignore[arg-type]
    name = path.stem.split(".", 1)[1]
    return Source(
        name=name,
        label=rows[0]["label"],
        entry=native(tag, name),
        asked=asked,
        texts=texts,
        doc_ids=tuple(row["doc"] for row in rows),
        docs=np.array(docs),
        hits=np.array(hits),
        sentences=np.array([max(1, len(sentences(text))) for text in texts]),
        words=np.array([max(1, len(words(text))) for text in texts]),
    )


def block_rates(source: Source, counting: Mask, size: int, seed: int = 7) -> NDArray[np.float64]:
    """Hits per 1,000 words in `DRAWS` runs of at least `size` sentences, each begun at a random line (wraps round)."""
    rates: NDArray[np.float64] = block_hits(source, size, DRAWS, seed)[0][:, counting].sum(axis=1)
    return rates


def auc(low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """Chance that a draw of `high` exceeds one of `low` (ties count half)."""
    return float(mannwhitneyu(high, low).statistic / (len(low) * len(high)))


def left_out(pack: LanguagePack, register: str, name: str, size: int) -> float | None:
    """The shipped limit of `register` for `size` sentences made without the source `name`."""
    baseline = baseline_for(pack.artifacts.baseline, register)
    if baseline is None:
        return None
    at = [block.sentences for block in baseline.block].index(size)
    return max((source.p95_per_1000[at] for source in baseline.source if source.name != name), default=None)


def placebo_rows(tag: str, natives: list[Source], counting: Mask) -> None:
    print(f"\n## {tag}: placebo (AUC of native against native; a fair score gives 0.5)\n")
    print("| native A | native B | one kind | 10 sentences | 20 sentences |\n|---|---|---|---|---|")
    pairs = sorted(combinations(natives, 2), key=lambda pair: pair[0].entry.kind != pair[1].entry.kind)
    for one, other in pairs:
        same = one.entry.kind == other.entry.kind
        if not same and not (one.asked and other.asked):
            continue
        figures = [auc(block_rates(one, counting, n, 1), block_rates(other, counting, n, 2)) for n in (10, 20)]
        print(
            f"| {one.name} | {other.name} | {one.entry.kind if same else '-'} | "
            + " | ".join(f"{figure:.2f}" for figure in figures)
            + " |"
        )


def native_rows(tag: str, pack: LanguagePack, natives: list[Source], unseen: list[Source], counting: Mask) -> None:
    """Share of blocks over the baseline: made without the source itself, and as it ships."""
    print(f"\n## {tag}: false alarms on native text\n")
    print(
        "Left out: against the baseline of its register made without the source. "
        "New: text that no choice and no baseline rests on.\n"
    )
    print("| native source | register | left out, 10 | left out, 20 | shipped, 10 | shipped, 20 |\n" + "|---" * 6 + "|")
    for source in [*natives, *unseen]:
        register = source.entry.register
        new = source in unseen
        limits = [(n, None if new else left_out(pack, register, source.name, n)) for n in (10, 20)]
        limits += [(n, _shipped(pack, register, n)) for n in (10, 20)]
        shares = [
            "new" if limit is None else f"{(block_rates(source, counting, size) > limit).mean():.3f}"
            for size, limit in limits
        ]
        print(f"| {source.name} | {register} | " + " | ".join(shares) + " |")


def _shipped(pack: LanguagePack, register: str, size: int) -> float | None:
    baseline = baseline_for(pack.artifacts.baseline, register)
    return threshold(baseline, size) if baseline else None


def translated_rows(tag: str, pack: LanguagePack, sources: list[Source], counting: Mask) -> None:
    print(f"\n## {tag}: translated text flagged (shipped baselines: of edited text, and the one for any register)\n")
    print(
        "| source | how | edited, 10 | edited, 20 | any, 10 | any, 20 | AUC against the native sets, 20 |\n"
        + "|---" * 7
        + "|"
    )
    native20 = np.concatenate(
        [block_rates(source, counting, 20) for source in sources if source.native and source.asked]
    )
    for source in sources:
        if source.native:
            continue
        shares = [
            f"{(block_rates(source, counting, n) > (_shipped(pack, register, n) or 0.0)).mean():.2f}"
            for register in ("edited", "chat")
            for n in (10, 20)
        ]
        print(
            f"| {source.name} | {source.label} | " + " | ".join(shares)
            + f" | {auc(native20, block_rates(source, counting, 20)):.2f} |"
        )  # fmt: skip


def rule_rows(tag: str, rules: list[CompiledRule], evidence: list[Evidence], counting: Mask) -> None:
    print(f"\n## {tag}: rules (hits per 1,000 words; a rule may count when both bounds are over 1.5)\n")
    print(
        "| rule | native | translated | ratio | lower 95 % | least with a source left out | counts |\n"
        + "|---" * 7
        + "|"
    )
    for rule, found, counts in zip(rules, evidence, counting, strict=True):
        word = (
            "yes"
            if counts
            else "held back"
            if held_back(rule.rule)
            else "holds, not chosen"
            if found.holds
            else "advice"
        )
        print(
            f"| {rule.rule.id} | {found.native:.2f} | {found.translated:.2f} | {found.ratio:.2f} | {found.low:.2f} | "
            f"{found.least_without_one:.2f} | {word} |"
        )


def speed(tag: str, sources: list[Source], analyse: Callable[..., object] | None) -> float:
    """Sentences a second of processor time of `check` on one core, over replies of ten lines, after a warm-up."""
    texts = [text for source in sources if source.asked for text in source.texts]
    random.Random(1).shuffle(texts)
    replies = ["\n".join(texts[at : at + 10]) for at in range(0, min(len(texts), 3000), 10)]
    context = CheckContext(pack=load_pack(tag), analyse=analyse)  # type: ignore[arg-type]
    for reply in replies[:20]:
        check(Response("t", 0, Status.OK, reply), context)
    began = time.process_time()
    for reply in replies[20:]:
        check(Response("t", 0, Status.OK, reply), context)
    return sum(len(sentences(reply)) for reply in replies[20:]) / (time.process_time() - began)


def folder(
    tag: str, data: Path, rules: list[CompiledRule], analyse: Callable[..., object] | None, *, asked: bool
) -> list[Source]:
    """The sources of one language in a folder."""
    return [read(tag, path, rules, analyse, asked=asked) for path in sorted(data.glob(f"{tag}.*.jsonl"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--native", type=Path)
    parser.add_argument("-l", "--languages", default="ko,ru,fa,yo")
    parser.add_argument("--write-evidence", action="store_true")
    options = parser.parse_args()
    for tag in options.languages.split(","):
        pack = load_pack(tag)
        rules = [compile_rule(full_id, rule) for full_id, rule in pack.artifacts_rules if full_id.startswith(f"{tag}/")]
        module = load_morphology(tag)
        analyse = module.analyse if module else None
        if analyse:
            analyse("")
        sources = folder(tag, options.data, rules, analyse, asked=True)
        if options.native:
            sources += folder(tag, options.native, rules, analyse, asked=False)
        unseen = [source for source in sources if source.name in LEFT_OUT]
        sources = [source for source in sources if source.name not in LEFT_OUT]
        evidence = measure(sources)
        natives = [source for source in sources if source.native]
        counting = np.array([rule.rule.counts for rule in rules])
        if options.write_evidence:
            holding = np.array([e.holds and not held_back(rule.rule) for rule, e in zip(rules, evidence, strict=True)])
            counting = Choice(tag, sources).choose(holding, counting)
            write(tag, [rule.rule for rule in rules], evidence, natives, counting)
            rule_rows(tag, rules, evidence, counting)
            continue
        if counting.any():
            placebo_rows(tag, natives, counting)
            native_rows(tag, pack, natives, unseen, counting)
            translated_rows(tag, pack, sources, counting)
        rule_rows(tag, rules, evidence, counting)
        rate = speed(tag, sources, analyse)
        print(f"\nSpeed of the check on replies of ten lines: {rate:,.0f} sentences a second of processor time.")
        asked = [source for source in sources if source.asked]
        garble_rows(tag, [(source.name, source.native, source.texts) for source in asked])
        pivot_rows(asked)
        letter_rows(tag, [list(source.texts) for source in asked if source.native], analyse)


if __name__ == "__main__":
    main()
