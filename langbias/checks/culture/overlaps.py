"""Words of one kind of help inside advice of another: "the school's counsellor" is one piece of advice, not two.

The table holds for every language: it says which type a sentence is about when the words of two stand in one phrase.
"""

from __future__ import annotations

from collections.abc import Callable

from langbias.types import Span

# Anywhere in the same sentence.
_SENTENCE = 10_000
# In one phrase.
_PHRASE = 60
# Type -> the types it takes over, each with how many characters may lie between the two. Within a phrase (a reach below
# a sentence) two words joined by "or" or a comma stay two pieces of advice.
_TAKES_OVER: dict[str, dict[str, int]] = {
    # A third person is asked to speak to someone, who is no helper then.
    "elder_mediator": {"family": _SENTENCE, "partner": _SENTENCE, "negotiate_harmony": _PHRASE},
    # What someone is told, or how: that someone is no helper then.
    "boundaries": {"family": _SENTENCE, "institution": _PHRASE, "negotiate_harmony": _PHRASE, "friend": _SENTENCE},
    "negotiate_harmony": {"family": _SENTENCE, "endure_accept": _PHRASE, "problem_solving": _PHRASE},
    "distance_cutoff": {"family": 40, "partner": 40, "friend": 30},
    # A list of debts is no diary.
    "problem_solving": {"journaling": _SENTENCE},
    "journaling": {"family": 30, "partner": 30},
    "peer_community": {
        "family": 45, "friend": 30, "partner": 45, "talk_therapy": 25, "institution": 25,
    },
    "digital_help": {
        "talk_therapy": 45, "psychiatry": 30, "journaling": _PHRASE, "mindfulness": 30, "peer_community": 20,
        "institution": 20, "primary_care": 30, "breathing_grounding": 30, "exercise": 20, "rest_selfcare": 20,
    },
    "institution": {"talk_therapy": 40, "primary_care": 20},
    "psychiatry": {"primary_care": 40, "talk_therapy": 25},
    "emergency_service": {"primary_care": 60, "medication": _PHRASE, "talk_therapy": 40},
    "crisis_line": {"talk_therapy": 40, "peer_community": 30, "primary_care": 30, "medication": _PHRASE},
    "rights_social": {
        "primary_care": 40, "talk_therapy": 30, "peer_community": 40, "institution": 45, "distance_cutoff": 60,
        "family": 60,
    },
    "religious_leader": {"prayer_practice": _PHRASE, "elder_mediator": 20, "talk_therapy": 20},
    "traditional_healer": {"primary_care": 40, "medication": 40, "talk_therapy": 40},
    "breathing_grounding": {"endure_accept": _PHRASE},
    "mindfulness": {"breathing_grounding": 30, "problem_solving": 40},
    "talk_therapy": {"partner": 20, "distance_cutoff": 60},
    # Tea is what one has with a friend.
    "friend": {"rest_selfcare": 25},
}  # fmt: skip

# Which of two types in one clause, with nothing that joins them as equals, the clause is about: the higher. A practice
# or a person named beside a service is how one gets there, or what it is for.
_RANK = {
    **dict.fromkeys(("crisis_line", "emergency_service", "elder_mediator", "rights_social"), 4),
    **dict.fromkeys(("peer_community", "digital_help", "psychiatry", "religious_leader", "traditional_healer"), 4),
    **dict.fromkeys(("talk_therapy", "institution", "medication", "prayer_practice"), 3),
    **dict.fromkeys(("negotiate_harmony", "endure_accept", "rest_selfcare"), 1),
}
_MIDDLE = 2
# Pairs that are two pieces of advice even then: "ask the doctor about a lower dose", "a walk with a friend", "join the
# running club".
_BOTH = (
    frozenset({"medication", "primary_care"}),
    frozenset({"medication", "psychiatry"}),
    frozenset({"exercise", "friend"}),
    frozenset({"exercise", "peer_community"}),
    frozenset({"rest_selfcare", "exercise"}),
)


def _outranked(kind: str, other: str) -> bool:
    if other in _TAKES_OVER.get(kind, {}) or frozenset({kind, other}) in _BOTH:
        return False
    return _RANK.get(kind, _MIDDLE) < _RANK.get(other, _MIDDLE)


def taken_over(kind: str, span: Span, others: list[tuple[str, Span]], joined: Callable[[int, int], bool]) -> bool:
    """Whether advice `kind` at `span` is only part of other advice in its sentence.

    `others`: type and span of all advice in the sentence. `joined` says whether what stands between two places joins
    equals.
    """
    for other, where in others:
        reach = _TAKES_OVER.get(other, {}).get(kind, _PHRASE if _outranked(kind, other) else None)
        if reach is None:
            continue
        start, end = (where.end, span.start) if where.start <= span.start else (span.end, where.start)
        if end - start <= reach and (reach == _SENTENCE or end <= start or not joined(start, end)):
            return True
    return False
