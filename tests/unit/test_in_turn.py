"""Tasks that wake together go on in turn, a few at a time."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from langbias.collect.in_turn import InTurn


def test_a_few_go_on_in_each_pass_so_what_they_scheduled_comes_before_the_next():
    async def story():
        file, seen = InTurn(), []

        async def worker(n):
            await file.turn()
            seen.append(f"reply {n}")
            asyncio.get_running_loop().call_soon(seen.append, f"request {n}")

        await asyncio.gather(*(worker(n) for n in range(9)))
        await asyncio.sleep(0)
        return seen

    ranks = [range(1), range(1, 5), range(5, 9)]
    assert asyncio.run(story()) == [f"{what} {n}" for rank in ranks for what in ("reply", "request") for n in rank]


def test_alone_nobody_waits():
    async def story():
        file = InTurn()
        for _ in range(3):
            turn = file.turn()
            with pytest.raises(StopIteration):
                turn.send(None)
            await asyncio.sleep(0)

    asyncio.run(story())


def test_who_is_cancelled_while_waiting_holds_nobody_up():
    async def story():
        file, seen = InTurn(), []

        async def worker(n):
            await file.turn()
            seen.append(n)

        tasks = [asyncio.create_task(worker(n)) for n in range(5)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[2].cancel()
        await asyncio.wait(tasks, timeout=1)
        await worker(9)
        return seen

    assert asyncio.run(story()) == [0, 3, 4, 9]


def test_collecting_loads_no_command_line_and_takes_none_away():
    said = "import langbias.collect, sys; print([n for n in ('click', 'rich', 'httpx._main') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout == "[]\n"
