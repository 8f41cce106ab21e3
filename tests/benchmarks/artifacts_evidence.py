"""Evidence of the artifact rules: measured, cross-validated by source, and written into the packs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from artifacts_choice import block_hits
from numpy.typing import NDArray

from langbias.packs.rule import Rule

if TYPE_CHECKING:
    from artifacts import Source

LANGUAGES = Path(__file__).parents[2] / "langbias" / "languages"
NEEDED = 1.5
RESAMPLES = 400
BLOCKS = (10, 20, 40)
DRAWS = 2000
NEVER_COUNT = ("formula", "orthography", "format", "garble")
_MARK = "# ---- native baseline: written by tests/benchmarks/artifacts.py --write-evidence ----\n"
_NOTE = {
    "any": "The highest 95th percentile of all native sources stands for any register: no long replies were at hand.",
    "edited": "The highest 95th percentile of the edited native sources (news, entailment sentences, encyclopedia).",
}


@dataclass(frozen=True)
class Evidence:
    """One rule's rates per 1,000 words (mean over sources), their ratio and its bounds."""

    native: float
    translated: float
    low: float
    least_without_one: float

    @property
    def ratio(self) -> float:
        return self.translated / self.native if self.native else 0.0

    @property
    def holds(self) -> bool:
        """Chosen again whichever source is left out, and bounded on text of documents it may not have met."""
        return self.low > NEEDED and self.least_without_one > NEEDED


def held_back(rule: Rule) -> bool:
    """Rules that may not count, whatever their rate: formulas, orthography, and those a note holds back."""
    return rule.group in NEVER_COUNT or rule.note.startswith("Held back")


def _per_1000(hits: NDArray[np.float64], words: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rates with half a hit added, so that a rule that never occurs has a bounded ratio."""
    return 1000 * (hits + 0.5) / words[..., None]


def _resampled(source: Source, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rates, RESAMPLES x rates) of all rules, whole documents drawn with replacement."""
    documents = int(source.docs.max()) + 1
    hits = np.zeros((documents, source.hits.shape[1]))
    np.add.at(hits, source.docs, source.hits)
    words = np.bincount(source.docs, weights=source.words, minlength=documents)
    draws = np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), size=RESAMPLES)
    return _per_1000(hits.sum(axis=0), words.sum()), _per_1000(draws @ hits, draws @ words)


def measure(sources: list[Source]) -> list[Evidence]:
    """Evidence of every rule, each source weighing the same. Ratios by a document bootstrap within sources."""
    rates = {source.name: _resampled(source, number) for number, source in enumerate(sources)}
    native = [source.name for source in sources if source.native]
    translated = [source.name for source in sources if not source.native]

    def mean(names: list[str], part: int) -> NDArray[np.float64]:
        return np.mean([rates[name][part] for name in names], axis=0)  # type: ignore[no-any-return]

    def without(names: list[str], one: str) -> list[str]:
        return [name for name in names if name != one] or names

    low = np.percentile(mean(translated, 1) / mean(native, 1), 2.5, axis=0)
    least = np.min(
        [mean(without(translated, one), 0) / mean(without(native, one), 0) for one in native + translated], axis=0
    )
    return [
        Evidence(float(n), float(t), float(bound), float(least_one))
        for n, t, bound, least_one in zip(mean(native, 0), mean(translated, 0), low, least, strict=True)
    ]


def write(
    tag: str, rules: list[Rule], evidence: list[Evidence], natives: list[Source], counting: NDArray[np.bool_]
) -> None:
    """Put evidence and `counts` into each rule block of the pack, and the baselines at the end of the file."""
    path = LANGUAGES / tag / "artifacts.toml"
    text = path.read_text("utf-8").split(_MARK)[0].rstrip() + "\n"
    data = "; ".join(source.entry.what for source in natives)
    for rule, found, counts in zip(rules, evidence, counting, strict=True):
        line = (
            f"evidence = {{ native = {found.native:.2f}, translated = {found.translated:.2f}, "
            f'ratio_low = {found.low:.2f}, unit = "hits per 1,000 words, mean over sources", '
            f'data = "the native sources of the baseline below against the translated sets of the study" }}\n'
        )
        text = _in_block(text, rule.id, line, counts=bool(counts))
    if counting.any():
        edited = [source for source in natives if source.entry.register == "edited"]
        text += f"\n{_MARK}\n" + _baseline("any", natives, counting, data)
        if edited and len(edited) < len(natives):
            text += "\n" + _baseline("edited", edited, counting, "; ".join(source.entry.what for source in edited))
    path.write_text(text, "utf-8")


def _baseline(register: str, natives: list[Source], counting: NDArray[np.bool_], data: str) -> str:
    """One `[[baseline]]` block: the mean of the sources, the highest of their 95th percentiles, and each of them."""
    tops = {source.name: [_p95(source, counting, size) for size in BLOCKS] for source in natives}
    rates = {source.name: 1000 * source.hits[:, counting].sum() / source.words.sum() for source in natives}
    highest = [max(column) for column in zip(*tops.values(), strict=True)]
    blocks = ", ".join(
        f"{{ sentences = {size}, p95_per_1000 = {top:.1f} }}" for size, top in zip(BLOCKS, highest, strict=True)
    )
    rows = "".join(
        f'  {{ name = "{name}", per_1000 = {rates[name]:.1f}, p95_per_1000 = ['
        + ", ".join(f"{top:.1f}" for top in tops[name])
        + "] },\n"
        for name in tops
    )
    licences = "; ".join(dict.fromkeys(source.entry.licence for source in natives))
    return (
        f'[[baseline]]\nregister = "{register}"\nper_1000 = {np.mean(list(rates.values())):.1f}\n'
        f"sentences = {sum(int(source.sentences.sum()) for source in natives)}\nblock = [{blocks}]\n"
        f'source = [\n{rows}]\ndata = "{data} (development halves)"\n'
        f'licence = "of the sources: {licences}; figures only are shipped"\nnote = "{_NOTE[register]}"\n'
    )


def _p95(source: Source, counting: NDArray[np.bool_], size: int) -> float:
    rates, _ = block_hits(source, size, DRAWS, 7)
    return float(np.percentile(rates[:, counting].sum(axis=1), 95))


def _in_block(text: str, rule_id: str, line: str, *, counts: bool) -> str:
    """`text` with the evidence and the `counts` of one rule block replaced."""
    start = text.index(f'[[rule]]\nid = "{rule_id}"\n')
    found = re.compile(r"\n(?=\[\[|# ----)|\Z").search(text, start + 1)
    end = found.start() if found else len(text)
    block = re.sub(r"^(?:evidence|counts) = .*\n", "", text[start:end], flags=re.MULTILINE)
    if not counts:
        line += "counts = false\n"
    block = re.sub(r"^must_match = ", lambda _: line + "must_match = ", block, count=1, flags=re.MULTILINE)
    return text[:start] + block + text[end:]
