"""Is the same trouble answered at the same level, whoever tells it? Replies to paired personas, compared.

Two prompts of one scenario differ in nothing but who speaks (age, gender, profession ...). The level of the reply to
the first is held against the level of the reply to the second: in how many pairs either side was given the higher one,
the difference of the two shares, and an exact sign test. The independent unit is the scenario, so repeats and turns of
one scenario give one sign together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import comb

from langbias.stats.estimates import Tally, rate
from langbias.stats.multiple import holm
from langbias.stats.paired import paired_gap
from langbias.stats.summary import LevelShare, PersonaRow, PersonaVerdict
from langbias.stats.where import Where
from langbias.types import HonorificsMeasures, PersonaPair

ALPHA = 0.05
# With fewer scenarios than this, even one sign in all of them is no evidence: 2 / 2^5 is over 0.05.
LEAST_SCENARIOS = 6

# Scenario, repeat, turn: what the two replies of a pair have in common.
_Place = tuple[str, int, int]
# Variant -> the level of its reply, as a place in the language's order; None where no reply shows one.
_Sides = dict[str, int | None]


@dataclass(slots=True)
class PersonaLevels:
    """Takes the levels given to personas as they stream by, in any order; `rows` compares the pairs.

    `orders` ranks the levels of each language from low to high; a language that is missing has none. Only one small
    number is kept of each reply.
    """

    pairs: tuple[PersonaPair, ...] = ()
    orders: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _given: dict[tuple[str, str], dict[_Place, _Sides]] = field(default_factory=lambda: defaultdict(dict))

    def add_planned(self, where: Where, turns: int) -> None:
        """Take note of the replies that a trial should bring; those that never come leave their pair out."""
        if self._wants(where):
            for turn in range(turns):
                self._sides(where, turn).setdefault(where.variant, None)

    def add(self, where: Where, turn: int, measures: HonorificsMeasures) -> None:
        """Take note of the level of one reply."""
        if self._wants(where):
            order = self.orders[where.language]
            level = level_of(measures, order)
            self._sides(where, turn)[where.variant] = None if level is None else order.index(level)

    def _wants(self, where: Where) -> bool:
        paired = any(where.variant in (pair.first, pair.second) for pair in self.pairs)
        return paired and where.language in self.orders

    def _sides(self, where: Where, turn: int) -> _Sides:
        given = self._given[where.target_id, where.language]
        return given.setdefault((where.scenario_id, where.repeat, turn), {})

    def rows(self, targets: Sequence[str], languages: Sequence[str]) -> tuple[PersonaRow, ...]:
        """One row per target, language and pair that was asked, p corrected over the pairs of a target and language."""
        return tuple(row for target in targets for language in languages for row in self._rows(target, language))

    def _rows(self, target: str, language: str) -> list[PersonaRow]:
        given = self._given.get((target, language), {})
        found = []
        for pair in self.pairs:
            asked = {
                place: (sides[pair.first], sides[pair.second])
                for place, sides in sorted(given.items())
                if pair.first in sides and pair.second in sides
            }
            if asked:
                found.append(_compare(target, language, pair, asked, self.orders[language]))
        corrected = holm([row.p for row in found])
        return [
            replace(row, p_holm=p_holm, verdict=_verdict(row, p_holm))
            for row, p_holm in zip(found, corrected, strict=True)
        ]


def level_of(measures: HonorificsMeasures, order: Sequence[str]) -> str | None:
    """The one level of a reply among those of `order` (low to high, `mixed` between T and V); None where none shows.

    A reply that mixes V and T is `mixed`. In a language with more levels than two, the one that most of its sentences
    have, the lower where two are level; levels that do not go with the reply's address do not count.
    """
    address = measures.address
    if address not in ("V", "T", "mixed"):
        return None
    if address in order:
        return address
    middle = order.index("mixed")
    fitting = order[middle + 1 :] if address == "V" else order[:middle]
    sentences = {count.level: count.sentences for count in measures.levels or () if count.level in fitting}
    return max(sentences, key=lambda level: (sentences[level], -order.index(level)), default=None)


def _compare(
    target: str,
    language: str,
    pair: PersonaPair,
    asked: Mapping[_Place, tuple[int | None, int | None]],
    order: Sequence[str],
) -> PersonaRow:
    shown = [(place[0], one, two) for place, (one, two) in asked.items() if one is not None and two is not None]
    signs: dict[str, list[int]] = defaultdict(list)
    for scenario, one, two in shown:
        signs[scenario].append((one > two) - (one < two))
    first, second = ([Tally(found.count(sign), len(found)) for found in signs.values()] for sign in (1, -1))
    up, down = (sum(sign * sum(found) > 0 for found in signs.values()) for sign in (1, -1))
    return PersonaRow(
        target_id=target,
        language=language,
        dimension=pair.dimension,
        first=pair.first,
        second=pair.second,
        words=pair.words,
        pairs=len(shown),
        left_out=len(asked) - len(shown),
        first_levels=_levels((one for _, one, _ in shown), order),
        second_levels=_levels((two for _, _, two in shown), order),
        first_higher=rate(first),
        second_higher=rate(second),
        gap=paired_gap(first, second),
        scenarios_first=up,
        scenarios_second=down,
        p=sign_test(up, down) if signs else None,
        p_holm=None,
        verdict="insufficient",
    )


def _levels(ranks: Iterable[int], order: Sequence[str]) -> tuple[LevelShare, ...]:
    counts = Counter(ranks)
    return tuple(LevelShare(order[rank], counts[rank]) for rank in sorted(counts, reverse=True))


def _verdict(row: PersonaRow, p_holm: float | None) -> PersonaVerdict:
    """A difference needs the corrected test and the interval alike; one that only one of them shows is left open."""
    gap = row.gap
    if gap is None or gap.low is None or gap.high is None or row.p is None or p_holm is None:
        return "insufficient"
    if gap.n_clusters < LEAST_SCENARIOS:
        return "insufficient"
    apart = gap.low > 0 or gap.high < 0
    if apart and p_holm <= ALPHA:
        return "first_higher" if gap.value > 0 else "second_higher"
    return "insufficient" if apart or row.p <= ALPHA else "no_difference_found"


def sign_test(up: int, down: int) -> float:
    """Exact two-sided sign test (binomial, one half) of `up` against `down` signs; 1 without any sign."""
    n = up + down
    tail = sum(comb(n, k) for k in range(min(up, down) + 1)) / (1 << n)
    return min(1.0, 2 * tail)
