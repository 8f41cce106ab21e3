"""httpx and its aiohttp transport without httpx's command line, which it loads wherever click, rich
and pygments happen to be installed: 50 ms.

None in `sys.modules` is Python's own way to say that a module is not there. httpx then does what it does without its
extra [cli]; should the module ever have another name, this says nothing and costs nothing.
"""

from __future__ import annotations

import sys
from typing import Any

_modules: dict[str, Any] = sys.modules
_COMMAND_LINE = "httpx._main"
_modules.setdefault(_COMMAND_LINE, None)

# ruff: noqa: E402
import httpx as httpx
from httpx_aiohttp import AiohttpTransport as AiohttpTransport

if _modules[_COMMAND_LINE] is None:
    del _modules[_COMMAND_LINE]
