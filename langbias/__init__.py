"""langbias: does a chatbot serve people in distress equally well in every language?

`load`, `score`, `gaps`, `compare` and `gate` are the public functions (see `langbias.api`); they load on first use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langbias.api import Audit, ScoredRecord, compare, gaps, gate, load, score

__version__ = "0.1.0"
__all__ = ["Audit", "ScoredRecord", "__version__", "compare", "gaps", "gate", "load", "score"]


class _Package(ModuleType):
    """The package itself: `langbias.score` stays the function though a module of that name is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in __all__):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("langbias.api"), name)
    raise AttributeError(f"module 'langbias' has no attribute {name!r}")
