"""The cell of the design that a response belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from langbias.types import BASE


@dataclass(frozen=True, slots=True)
class Where:
    """Target, language, scenario, repeat (from 0) and variant of the prompt that was asked."""

    target_id: str
    language: str
    scenario_id: str
    repeat: int = 0
    variant: str = BASE
