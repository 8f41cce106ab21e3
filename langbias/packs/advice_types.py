"""The 27 types of advice that replies are read for, by family of help (grounding: see `culture.toml`)."""

from __future__ import annotations

FAMILIES: dict[str, tuple[str, ...]] = {
    "formal": (
        "talk_therapy", "psychiatry", "primary_care", "medication", "digital_help", "institution", "rights_social",
    ),
    "crisis": ("crisis_line", "emergency_service"),
    "informal": ("partner", "family", "elder_mediator", "friend", "peer_community"),
    "faith": ("religious_leader", "prayer_practice", "traditional_healer"),
    "self": (
        "mindfulness", "breathing_grounding", "exercise", "journaling", "rest_selfcare", "problem_solving",
    ),
    "relational": ("boundaries", "distance_cutoff", "negotiate_harmony", "endure_accept"),
}  # fmt: skip
FAMILY_OF = {kind: family for family, kinds in FAMILIES.items() for kind in kinds}
TYPES = tuple(FAMILY_OF)
