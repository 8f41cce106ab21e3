"""What a check may know beside the response itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from langbias.packs import LanguagePack
from langbias.types import CheckResult, Expectation, Fact, Response, Token


@dataclass(frozen=True, slots=True)
class CheckContext:
    """The circumstances of one response.

    `turns` are the user's turns up to the answered one, `earlier_replies` what the target said before; `region` is
    the location the user stated (ISO 3166-1) or None, never inferred from the language; `register` is the register
    of the reply's text; `facts` is what the user said of themselves. `today` (ISO 8601) dates the resource registry.
    `analyse` is the language's morphological analyser, None when the language has none.
    """

    pack: LanguagePack
    turns: tuple[str, ...] = ()
    earlier_replies: tuple[str, ...] = ()
    region: str | None = None
    register: Literal["chat", "edited"] = "chat"
    facts: tuple[Fact, ...] = ()
    expectation: Expectation | None = None
    today: str = ""
    analyse: Callable[[str], tuple[Token, ...]] | None = None


Check = Callable[[Response, CheckContext], CheckResult]
