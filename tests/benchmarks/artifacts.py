"""Measures the artifacts check on native and translated text, the placebo table first.

    python tests/benchmarks/artifacts.py --data DIR [--write-evidence] [-l ko,ru,fa]

DIR holds `<language>.<source>.jsonl` with one object a line: `doc`, `label` (`native`, or how it was translated),
`text`. `--write-evidence` puts the measured rates and the native baselines into the packs; nothing of the text.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from artifacts_evidence import Evidence, held_back, measure, write
from artifacts_garble import garble_rows, letter_rows
from artifacts_pivot import pivot_rows
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from langbias.checks.artifacts import check
from langbias.checks.artifacts.quoted import own_words
from langbias.checks.context import CheckContext
from langbias.packs import load_pack
from langbias.packs.loading import load_morphology
from langbias.rules import CompiledRule, compile_rule
from langbias.text import Text, sentences, words
from langbias.types import Response, Status

BLOCKS = (10, 20, 40)
DRAWS = 2000
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """One file: per line the hits of every rule (rows x rules), sentences, words, and the document's number."""

    name: str
    label: str
    texts: tuple[str, ...]
    doc_ids: tuple[str, ...]
    docs: Counts
    hits: Counts
    sentences: Counts
    words: Counts

    @cached_property
    def native(self) -> bool:
        return self.label == "native"


def read(path: Path, rules: list[CompiledRule], analyse: Callable[..., object] | None) -> Source:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = tuple(Text(row["text"]).value for row in rows)
    numbers: dict[str, int] = {}
    docs = [numbers.setdefault(row["doc"], len(numbers)) for row in rows]
    hits = [[len(rule.find(own_words(text, ()), analyse)) for rule in rules] for text in texts]  # type: ignore[arg-type]
    return Source(
        name=path.stem.split(".", 1)[1],
        label=rows[0]["label"],
        texts=texts,
        doc_ids=tuple(row["doc"] for row in rows),
        docs=np.array(docs),
        hits=np.array(hits),
        sentences=np.array([max(1, len(sentences(text))) for text in texts]),
        words=np.array([max(1, len(words(text))) for text in texts]),
    )


def block_rates(source: Source, counting: NDArray[np.bool_], size: int, seed: int = 7) -> NDArray[np.float64]:
    """Hits per 1,000 words in `DRAWS` runs of at least `size` sentences, each begun at a random line (wraps round)."""
    starts = np.random.default_rng(seed).integers(0, len(source.texts), DRAWS)
    twice = [np.concatenate([[0], np.tile(column, 2 + size // len(source.texts)).cumsum()]) for column in (
        source.sentences, source.hits[:, counting].sum(axis=1), source.words)]  # fmt: skip
    ends = np.searchsorted(twice[0], twice[0][starts] + size)
    hits, read_words = (column[ends] - column[starts] for column in twice[1:])
    rates: NDArray[np.float64] = 1000 * hits / read_words
    return rates


def auc(low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """Chance that a draw of `high` exceeds one of `low` (ties count half)."""
    return float(mannwhitneyu(high, low).statistic / (len(low) * len(high)))


def limit(natives: list[Source], counting: NDArray[np.bool_], size: int) -> float:
    """The highest 95th percentile of the native sources."""
    return max(float(np.percentile(block_rates(source, counting, size), 95)) for source in natives)


def report(tag: str, sources: list[Source], counting: NDArray[np.bool_]) -> None:
    natives = [source for source in sources if source.native]
    translated = [source for source in sources if not source.native]
    print(f"\n## {tag}: placebo (AUC of native against native; a fair score gives 0.5)\n")
    print("| native A | native B | 10 sentences | 20 sentences |\n|---|---|---|---|")
    for at, one in enumerate(natives):
        for other in natives[at + 1 :]:
            figures = [auc(block_rates(one, counting, n, 1), block_rates(other, counting, n, 2)) for n in (10, 20)]
            print(f"| {one.name} | {other.name} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")
    print(f"\n## {tag}: false alarms on native text (baseline made without the source itself)\n")
    print("| native source | 10 sentences | 20 sentences |\n|---|---|---|")
    for source in natives:
        others = [other for other in natives if other is not source]
        shares = [
            f"{(block_rates(source, counting, n) > limit(others, counting, n)).mean():.3f}" if others else "-"
            for n in (10, 20)
        ]
        print(f"| {source.name} | " + " | ".join(shares) + " |")
    print(f"\n## {tag}: translated text flagged (shipped baseline: the highest p95 of all native sources)\n")
    print("| source | how | 10 sentences | 20 sentences | AUC against all native, 20 |\n|---|---|---|---|---|")
    native20 = np.concatenate([block_rates(source, counting, 20) for source in natives])
    for source in translated:
        shares = [f"{(block_rates(source, counting, n) > limit(natives, counting, n)).mean():.2f}" for n in (10, 20)]
        print(
            f"| {source.name} | {source.label} | " + " | ".join(shares)
            + f" | {auc(native20, block_rates(source, counting, 20)):.2f} |"
        )  # fmt: skip


def report_rules(tag: str, rules: list[CompiledRule], evidence: list[Evidence]) -> None:
    print(f"\n## {tag}: rules (hits per 1,000 words; a rule counts when both bounds are over 1.5)\n")
    print(
        "| rule | native | translated | ratio | lower 95 % | least with a source left out | counts |\n"
        + "|---" * 7
        + "|"
    )
    for rule, found in zip(rules, evidence, strict=True):
        counts = "held back" if held_back(rule.rule) else "yes" if found.holds else "advice"
        print(
            f"| {rule.rule.id} | {found.native:.2f} | {found.translated:.2f} | {found.ratio:.2f} | {found.low:.2f} | "
            f"{found.least_without_one:.2f} | {counts} |"
        )


def speed(tag: str, sources: list[Source], analyse: Callable[..., object] | None) -> float:
    """Sentences a second of processor time of `check` on one core, over replies of ten lines, after a warm-up."""
    texts = [text for source in sources for text in source.texts]
    random.Random(1).shuffle(texts)
    replies = ["\n".join(texts[at : at + 10]) for at in range(0, min(len(texts), 3000), 10)]
    context = CheckContext(pack=load_pack(tag), analyse=analyse)  # type: ignore[arg-type]
    for reply in replies[:20]:
        check(Response("t", 0, Status.OK, reply), context)
    began = time.process_time()
    for reply in replies[20:]:
        check(Response("t", 0, Status.OK, reply), context)
    return sum(len(sentences(reply)) for reply in replies[20:]) / (time.process_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
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
        sources = [read(path, rules, analyse) for path in sorted(options.data.glob(f"{tag}.*.jsonl"))]
        evidence = measure(sources)
        counting = np.array(
            [found.holds and not held_back(rule.rule) for rule, found in zip(rules, evidence, strict=True)]
        )
        if counting.any():
            report(tag, sources, counting)
        report_rules(tag, rules, evidence)
        rate = speed(tag, sources, analyse)
        print(f"\nSpeed of the check on replies of ten lines: {rate:,.0f} sentences a second of processor time.")
        garble_rows(tag, [(source.name, source.native, source.texts) for source in sources])
        pivot_rows(sources)
        letter_rows(tag, [list(source.texts) for source in sources if source.native], analyse)
        if options.write_evidence:
            natives = [source for source in sources if source.native]
            blocks = {size: limit(natives, counting, size) for size in BLOCKS}
            write(tag, [rule.rule for rule in rules], evidence, natives, counting, blocks)


if __name__ == "__main__":
    main()
