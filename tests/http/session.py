"""A collecting session as a process of its own, for tests that kill it: session.py FOLDER BASE_URL SCENARIOS TURNS."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from small_world import QUICK, make_world, spec

from langbias.targets.chat_completions import ChatCompletions

if __name__ == "__main__":
    folder, url, scenarios, turns = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    target = spec(ChatCompletions(url, "model"), secret_env=None)
    session = make_world(folder, target, languages=("en", "ko"), scenarios=scenarios, turns=turns)
    report = session.collect(dataclasses.replace(QUICK, max_connections=8))
    print(report.remaining, report.calls)
