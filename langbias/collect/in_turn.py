"""Going on one after another: what keeps requests that are answered together from being sent together again."""

from __future__ import annotations

import asyncio
from collections import deque

# One for each pass would spread requests more evenly still, and take a fifth more CPU where replies come at once.
_ABREAST = 4


class InTurn:
    """Tasks that are ready in the same moment go on in turn, a few for each pass of the event loop.

    A request leaves in the pass after the one that made it. Were a clump of replies worked off in a single pass, the
    first worker's next request would wait for the last worker, all would be sent at once and come back at once: clumps
    would only ever grow, and each request wait for its whole clump.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._passing = False

    async def turn(self) -> None:
        """Wait until those who came before have gone on. Where nobody has, this does not wait."""
        loop = asyncio.get_running_loop()
        if not self._passing:
            self._passing = True
            loop.call_soon(self._next)
            return
        mine = loop.create_future()
        self._waiting.append(mine)
        await mine

    def _next(self) -> None:
        passed = 0
        while self._waiting and passed < _ABREAST:
            turn = self._waiting.popleft()
            if not turn.done():  # else cancelled
                turn.set_result(None)
                passed += 1
        self._passing = passed > 0
        if self._passing:
            asyncio.get_running_loop().call_soon(self._next)
