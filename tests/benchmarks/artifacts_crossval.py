"""Chooses the artifact rules anew without one source at a time, and measures that source: what new text would show.

    python tests/benchmarks/artifacts_crossval.py --data DIR [--native DIR] [-l ko,ru,fa]

Left out in turn: each native source (its false alarms) and each family of translations of the same English (what is
flagged of it). Evidence, choice and baseline are made from the others alone; nothing is written.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from artifacts import Mask, Source, block_rates, folder
from artifacts_choice import Choice
from artifacts_evidence import held_back, measure
from artifacts_sources import LEFT_OUT, family

from langbias.packs import load_pack
from langbias.packs.loading import load_morphology
from langbias.rules import CompiledRule, compile_rule

SIZES = (10, 20)


def chosen(tag: str, sources: list[Source], rules: list[CompiledRule]) -> Mask:
    """The rules that would count if `sources` were all there is; none is preferred for counting today."""
    evidence = measure(sources)
    holding = np.array([e.holds and not held_back(rule.rule) for rule, e in zip(rules, evidence, strict=True)])
    return Choice(tag, sources).choose(holding, np.zeros(len(rules), dtype=bool))


def limit(natives: list[Source], counting: Mask, size: int) -> float:
    """The highest 95th percentile of the native sources."""
    return max(float(np.percentile(block_rates(source, counting, size), 95)) for source in natives)


def flagged(source: Source, natives: list[Source], counting: Mask) -> str:
    shares = [(block_rates(source, counting, size) > limit(natives, counting, size)).mean() for size in SIZES]
    return " | ".join(f"{share:.2f}" for share in shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--native", type=Path)
    parser.add_argument("-l", "--languages", default="ko,ru,fa")
    options = parser.parse_args()
    for tag in options.languages.split(","):
        rules = [compile_rule(i, rule) for i, rule in load_pack(tag).artifacts_rules if i.startswith(f"{tag}/")]
        module = load_morphology(tag)
        analyse = module.analyse if module else None
        sources = folder(tag, options.data, rules, analyse, asked=True)
        if options.native:
            sources += folder(tag, options.native, rules, analyse, asked=False)
        sources = [source for source in sources if source.name not in LEFT_OUT]
        natives = [source for source in sources if source.native]
        edited = [source for source in natives if source.entry.register == "edited"]
        print(f"\n## {tag}: cross-validation (rules, choice and baseline made without the source)\n")
        print("| left out | measured on | rules | flagged, 10 | flagged, 20 |\n|---|---|---|---|---|")
        for source in natives:
            counting = chosen(tag, [other for other in sources if other is not source], rules)
            pool = edited if source.entry.register == "edited" else natives
            shares = flagged(source, [other for other in pool if other is not source], counting)
            print(f"| {source.name} | itself (native, {source.entry.register}) | {counting.sum()} | {shares} |")
        families = dict.fromkeys(family(source.name) for source in sources if not source.native)
        for name in families if len(families) > 1 else ():
            out = [source for source in sources if not source.native and family(source.name) == name]
            counting = chosen(tag, [source for source in sources if all(source is not one for one in out)], rules)
            for source in out:
                print(f"| {name} | {source.name} | {counting.sum()} | {flagged(source, edited, counting)} |")


if __name__ == "__main__":
    main()
