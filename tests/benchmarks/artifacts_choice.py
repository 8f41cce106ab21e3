"""Which of the rules that hold are counted: the list that sets translations best apart from every native register.

A rule that holds may still cost more than it gives: where native texts differ in it, the whole score differs. The
search adds or drops one rule at a time; it sees means and spreads per source, and never a placebo figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from artifacts_sources import family, native
from numpy.typing import NDArray

if TYPE_CHECKING:
    from artifacts import Source

Mask = NDArray[np.bool_]
SIZE, DRAWS = 20, 800
# How much the distance from chat weighs against that from edited text, of which the translations are nearer.
CHAT = 0.25
# Standard deviations over the native mean where the 95th percentile of a block lies (blocks are skewed).
TOP = 1.8
# Distance beyond which a source is told apart anyway, and the gain a change must bring.
ENOUGH, STEP = 2.0, 0.005


def block_hits(source: Source, size: int, draws: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(hits per 1,000 words of every rule, draws x rules; words) in runs of at least `size` sentences."""
    starts = np.random.default_rng(seed).integers(0, len(source.texts), draws)
    times = 2 + size // len(source.texts)
    sentences = np.concatenate([[0], np.tile(source.sentences, times).cumsum()])
    words = np.concatenate([[0], np.tile(source.words, times).cumsum()])
    hits = np.vstack([np.zeros((1, source.hits.shape[1])), np.tile(source.hits, (times, 1)).cumsum(axis=0)])
    ends = np.searchsorted(sentences, sentences[starts] + size)
    read = (words[ends] - words[starts]).astype(float)
    return 1000 * (hits[ends] - hits[starts]) / read[:, None], read


class Choice:
    """Means and spreads of all rules per source, and the search over lists of rules."""

    def __init__(self, tag: str, sources: list[Source]) -> None:
        blocks = {source.name: block_hits(source, SIZE, DRAWS, 1)[0] for source in sources}
        self._mean = {name: rates.mean(axis=0) for name, rates in blocks.items()}
        self._spread = {name: np.cov(rates.T) for name, rates in blocks.items()}
        self._native: dict[str, list[str]] = {}
        self._families: dict[str, list[str]] = {}
        for source in sources:
            group = self._native if source.native else self._families
            key = native(tag, source.name).register if source.native else family(source.name)
            group.setdefault(key, []).append(source.name)

    def _at(self, name: str, mask: NDArray[np.float64]) -> tuple[float, float]:
        return float(self._mean[name] @ mask), float(np.sqrt(max(mask @ self._spread[name] @ mask, 1e-9)))

    def distance(self, mask: NDArray[np.float64]) -> float:
        """How far translations lie over the top of the highest native source, in their own standard deviations."""
        weights = {"edited": 1 - CHAT, "chat": CHAT}
        total = 0.0
        for register, names in self._native.items():
            top = max(mean + TOP * spread for mean, spread in (self._at(name, mask) for name in names))
            reached = []
            for members in self._families.values():
                over = [(mean - top) / spread for mean, spread in (self._at(name, mask) for name in members)]
                reached.append(np.mean(np.minimum(over, ENOUGH)))
            total += weights[register] * float(np.mean(reached))
        return total

    def _climb(self, start: Mask, holding: Mask) -> tuple[float, Mask]:
        mask, best = start.astype(float), self.distance(start.astype(float))
        while True:
            tried = []
            for at in np.flatnonzero(holding):
                mask[at] = 1 - mask[at]
                tried.append((self.distance(mask), int(at)))
                mask[at] = 1 - mask[at]
            value, at = max(tried)
            if value < best + STEP:
                return best, mask.astype(bool)
            best, mask[at] = value, 1 - mask[at]

    def choose(self, holding: Mask, counted_before: Mask) -> Mask:
        """The list found from all that hold or from what counted before; of two as good, the shorter."""
        if not holding.any() or not self._families:
            return holding
        starts = [start for start in (holding, holding & counted_before) if start.any()]
        found = [self._climb(start, holding) for start in starts]
        best = max(value for value, _ in found)
        return min((mask for value, mask in found if value >= best - STEP), key=lambda mask: int(mask.sum()))
