"""Is the same trouble answered at the same level, whoever tells it? Replies to paired personas, compared.

Two prompts of one scenario differ in nothing but who speaks (age, gender, profession ...). The level of the reply to
the first is held against the level of the reply to the second: the difference in the share of the respectful one, and
an exact sign test. The independent unit is the scenario, so repeats of one scenario give one sign together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

from langbias.stats.estimates import Tally
from langbias.stats.paired import paired_gap
from langbias.types import Estimate

# Addresses from low to high; a reply with any other ("none", "uncertain") shows no level.
ADDRESS_ORDER = ("T", "mixed", "V")


@dataclass(frozen=True, slots=True)
class LevelReading:
    """The level one reply was found to have: where it stands in the design, and the level's name (None = not known)."""

    scenario_id: str
    variant: str
    level: str | None
    repeat: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class LevelPair:
    """The levels given to two personas who say the same thing in one scenario."""

    scenario_id: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class BiasPairs:
    """Paired personas compared over one target and language.

    `pairs` count replies with a level on both sides, `left_out` those without one; `higher`, `lower`, `same` count
    pairs by the first persona's level against the second's. `gap` is the first persona's share of the highest level
    minus the second's (-1 to 1), None without pairs. `scenarios_higher` and `scenarios_lower` are the signs of the
    exact two-sided sign test `p` (McNemar's exact test where each scenario has one pair and there are two levels);
    None where no scenario differs, as then there is nothing to test.
    """

    first: str
    second: str
    pairs: int
    left_out: int
    higher: int
    lower: int
    same: int
    scenarios_higher: int
    scenarios_lower: int
    gap: Estimate | None
    p: float | None


def level_pairs(
    readings: Iterable[LevelReading], first: str, second: str, order: Sequence[str] = ADDRESS_ORDER
) -> tuple[tuple[LevelPair, ...], int]:
    """Pairs of replies to the variants `first` and `second` of one scenario, repeat and turn, and how many were left
    out because a side is missing or shows no level of `order`.
    """
    sides: dict[tuple[str, int, int], dict[str, str | None]] = defaultdict(dict)
    for reading in readings:
        if reading.variant in (first, second):
            sides[reading.scenario_id, reading.repeat, reading.turn][reading.variant] = reading.level
    pairs = []
    for (scenario_id, _, _), levels in sorted(sides.items()):
        one, two = levels.get(first), levels.get(second)
        if one in order and two in order:
            pairs.append(LevelPair(scenario_id, str(one), str(two)))
    return tuple(pairs), len(sides) - len(pairs)


def bias_pairs(
    readings: Iterable[LevelReading], first: str, second: str, order: Sequence[str] = ADDRESS_ORDER
) -> BiasPairs:
    """Compare the levels given to two personas. `order` names the levels from low to high.

    Raises ValueError when the two personas are one, or `order` has fewer than two levels or one twice.
    """
    if first == second:
        raise ValueError(f"{first!r} cannot be compared with itself; name two variants")
    if len(order) < 2 or len(set(order)) != len(order):
        raise ValueError("order needs two levels or more, each once, from low to high")
    pairs, left_out = level_pairs(readings, first, second, order)
    rank = {level: at for at, level in enumerate(order)}
    steps = [rank[pair.first] - rank[pair.second] for pair in pairs]
    scenarios = sorted({pair.scenario_id for pair in pairs})
    total = dict.fromkeys(scenarios, 0)
    for pair, step in zip(pairs, steps, strict=True):
        total[pair.scenario_id] += step
    up, down = sum(step > 0 for step in total.values()), sum(step < 0 for step in total.values())
    return BiasPairs(
        first=first,
        second=second,
        pairs=len(pairs),
        left_out=left_out,
        higher=sum(step > 0 for step in steps),
        lower=sum(step < 0 for step in steps),
        same=steps.count(0),
        scenarios_higher=up,
        scenarios_lower=down,
        gap=_gap(pairs, scenarios, order[-1]),
        p=sign_test(up, down),
    )


def _gap(pairs: Sequence[LevelPair], scenarios: Sequence[str], highest: str) -> Estimate | None:
    ones, twos = (
        [
            Tally(
                sum(getattr(pair, side) == highest for pair in pairs if pair.scenario_id == scenario),
                sum(pair.scenario_id == scenario for pair in pairs),
            )
            for scenario in scenarios
        ]
        for side in ("first", "second")
    )
    return paired_gap(ones, twos)


def sign_test(up: int, down: int) -> float | None:
    """Exact two-sided sign test (binomial, one half) of `up` against `down` signs; None without any sign."""
    n = up + down
    if n == 0:
        return None
    tail = sum(comb(n, k) for k in range(min(up, down) + 1)) / (1 << n)
    return min(1.0, 2 * tail)
