"""Fixtures of the tests over loopback HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from chatbot_stub import Answer, ChatbotStub, Seen
from small_world import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    return lambda *specs, **shape: make_world(tmp_path / "run", *specs, **shape)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Seen], Answer] | Answer], ChatbotStub]]:
    with ExitStack() as stack:
        yield lambda respond: stack.enter_context(ChatbotStub(respond))
