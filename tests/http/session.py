"""A collecting session as a process of its own, for tests that kill it.

session.py FOLDER BASE_URL SCENARIOS TURNS [CONNECTIONS] prints the conversations that remain and the calls made.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from small_world import QUICK, World, make_world, spec

from langbias.targets.chat_completions import ChatCompletions

LANGUAGES = ("en", "ko")


def world(folder: Path, url: str, scenarios: int, turns: int) -> World:
    target = spec(ChatCompletions(url, "model"), secret_env="BOT_KEY" if "BOT_KEY" in os.environ else None)
    return make_world(folder, target, languages=LANGUAGES, scenarios=scenarios, turns=turns)


if __name__ == "__main__":
    # A shell that starts the tests in the background hands down an ignored SIGINT; a person's terminal never does.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    session = world(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    connections = int(sys.argv[5]) if len(sys.argv) > 5 else 8
    report = session.collect(dataclasses.replace(QUICK, max_connections=connections, timeout=2.0))
    print(report.remaining, report.calls)
