"""The one scale of all detectors: natural-log odds against the detector's own best candidate.

0 for the best, negative for the others, so that the evidence of several detectors can be added up.
"""

from __future__ import annotations

import math
from typing import Protocol

LOWEST = -6.0

Scores = tuple[float | None, ...]


class Detector(Protocol):
    """A language identifier. Anything with these two members can be given to `vote` as an extra voter."""

    def knows(self, tag: str) -> bool:
        """Whether the detector has a model of the language `tag`."""

    def scores(self, text: str, candidates: tuple[str, ...]) -> Scores:
        """Log odds of each candidate against the best one, in order; None for a language it does not know."""


def from_shares(shares: dict[str, float], candidates: tuple[str, ...], known: frozenset[str]) -> Scores:
    """Log odds from shares of probability; candidates without a share get the lowest score."""
    best = max((shares.get(tag, 0.0) for tag in candidates), default=0.0)
    if best <= 0.0:
        return tuple(0.0 if tag in known else None for tag in candidates)
    return tuple(
        (max(LOWEST, math.log(max(shares.get(tag, 0.0), 1e-9) / best)) if tag in known else None) for tag in candidates
    )
