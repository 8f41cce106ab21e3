"""A server that misbehaves in every way at random, a client that is killed again and again, and what must hold then."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from chatbot_stub import Answer, ChatbotStub, Seen
from session import LANGUAGES, world
from small_world import KEY
from wire_formats import CHAT, error

from langbias.types import Status

# What a prompt comes to in the end, and how often. Failures are never asked again unless their cause may pass.
TRUTHS = {Status.OK: 0.93, Status.EMPTY: 0.03, Status.BLOCKED: 0.035, Status.FAILED: 0.005}
TRANSIENT = 0.2
MOST_IN_A_ROW = 3
HUGE = b'{"choices": [{"message": {"content": "' + b"x" * 20_000_000 + b'"}}]}'


def truth(prompt: str, seed: int) -> Status:
    """What the server will say to this prompt, once it says anything."""
    chance = int.from_bytes(hashlib.sha256(f"{seed}:{prompt}".encode()).digest()[:4]) / 2**32
    for status, share in TRUTHS.items():
        chance -= share
        if chance < 0:
            return status
    return Status.OK


class ChaosServer:
    """The answers. `charged` counts the whole, final answers given to each prompt: what a provider would bill."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.charged: Counter[str] = Counter()
        self.in_a_row: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def respond(self, seen: Seen) -> Answer:
        prompt = seen.json["messages"][-1]["content"]
        if self.random.random() < TRANSIENT and self.in_a_row[prompt] < MOST_IN_A_ROW:
            self.in_a_row[prompt] += 1
            name = self.random.choices(list(FAULTS), [weight for weight, _ in FAULTS.values()])[0]
            self.faults[name] += 1
            return FAULTS[name][1]
        self.in_a_row[prompt] = 0
        self.charged[prompt] += 1
        match truth(prompt, self.seed):
            case Status.OK:
                return dataclasses.replace(CHAT.ok(f"<b>to</b> {prompt} {KEY}"), delay=0.005)
            case Status.EMPTY:
                return CHAT.empty[0]
            case Status.BLOCKED:
                return CHAT.filtered[len(prompt) % 3]
            case _:
                return Answer(HUGE)


_GOOD = CHAT.ok("half of a reply")
FAULTS = {
    "429": (3, Answer({"error": {"message": f"slow down, {KEY}"}}, 429, {"retry-after": "0.02"})),
    "500": (3, error(500, "server_error", f"trouble with {KEY}")),
    "502": (3, Answer(b"<html>Bad Gateway</html>", 502)),
    "reset": (3, dataclasses.replace(_GOOD, fate="reset")),
    "stall": (0.3, dataclasses.replace(_GOOD, fate="stall")),
    "cut body": (3, dataclasses.replace(_GOOD, fate="cut")),
    "bad JSON": (3, Answer(b'{"choices": [')),
    "bad UTF-8": (3, Answer(b'{"choices": [{"message": {"content": "\xff"}}]}')),
    "not HTTP": (1, dataclasses.replace(_GOOD, fate="garbage")),
}


@dataclass(frozen=True)
class ChaosReport:
    """What a chaos run came to. `wrong`: prompts whose stored status is not what the server said."""

    requests: int
    kills: int
    stored: int
    stored_twice: int
    wrong: tuple[str, ...]
    charged_twice: int
    in_flight_at_kills: int
    key_found: int
    faults: dict[str, int]
    seconds: float


def run_chaos(folder: Path, *, conversations: int, connections: int, kills: int, seed: int) -> ChaosReport:
    """Collect from the chaos server, killing the client `kills` times on the way; the last one ends by itself."""
    started = time.monotonic()
    server = ChaosServer(seed)
    scenarios = conversations // len(LANGUAGES)
    shown = b""
    with ChatbotStub(server.respond) as stub:
        command = [sys.executable, str(Path(__file__).with_name("session.py"))]
        command += [str(folder), stub.url, str(scenarios), "1", str(connections)]
        for kill in range(kills + 1):
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"BOT_KEY": KEY}
            )
            goal = conversations * (kill + 1) // (kills + 1)
            while kill < kills and process.poll() is None and server.charged.total() < goal:
                time.sleep(0.002)
            if kill < kills:
                process.send_signal(signal.SIGKILL)
            out, err = process.communicate(timeout=900)
            shown += out + err
        if process.returncode != 0:
            raise AssertionError(err.decode())
        run = world(folder, stub.url, scenarios, 1)
    prompts = {prompt.id: prompt.turns[0] for prompt in run.prompts}
    prompt_of = {trial.id: prompts[trial.prompt_id] for trial in run.trials}
    rows = run.folder.responses_path.read_bytes().count(b"\n")
    stored = run.responses()
    return ChaosReport(
        requests=len(stub.seen),
        kills=kills,
        stored=len(stored),
        stored_twice=rows - len({response.trial_id for response in stored}),
        wrong=tuple(
            f"{response.trial_id}: {response.status}"
            for response in stored
            if response.status is not truth(prompt_of[response.trial_id], seed)
        ),
        charged_twice=sum(count - 1 for count in server.charged.values()),
        in_flight_at_kills=kills * connections,
        key_found=(run.stored_bytes() + shown).count(KEY.encode()),
        faults=dict(server.faults),
        seconds=time.monotonic() - started,
    )
