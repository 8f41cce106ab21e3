"""Measure the collector side by side with the peers that are installed, and put it through its ordeal in full.

    python tests/benchmarks/collector.py [--peers FOLDER ...] [--repeat 3] [--quick] [--write FILE]

FOLDER is a virtual environment (or npm folder) of a peer; peers on the PATH are found as well. Our own figure is the
best of `--repeat` runs, as other work on the machine only ever adds time. Wall and CPU are of the whole process.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))
sys.path.insert(0, str(HERE))

from chaos import run_chaos  # noqa: E402
from peers import PEERS, environment  # noqa: E402


@dataclass(frozen=True)
class Measurement:
    """One run of one tool. `served`: requests the server counted."""

    name: str
    requests: int
    connections: int
    ideal: float
    wall: float
    cpu_ms: float
    rss_mb: float
    served: int
    load: float

    def row(self) -> str:
        ratio = f"{self.wall / self.ideal:.3f}" if self.ideal else "-"
        return (
            f"| {self.name} | {self.requests:,} | {self.connections} | {self.wall:.2f} | {ratio} "
            f"| {self.cpu_ms:.2f} | {self.rss_mb:.0f} | {self.load:.1f} |"
        )


HEADER = (
    "| tool | requests | connections | wall s | x ideal | CPU ms/request | peak RSS MB | load |\n"
    "|---|---|---|---|---|---|---|---|"
)


@contextlib.contextmanager
def stub(latency_ms: float) -> Iterator[str]:
    command = [sys.executable, str(HERE / "stub_server.py"), str(latency_ms)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def ask(url: str, path: str, method: str) -> dict[str, int]:
    with urllib.request.urlopen(urllib.request.Request(f"{url}/{path}", method=method), timeout=30) as answer:
        return json.load(answer)


class MemoryWatch:
    """The highest resident memory of a process, in MB. (ru_maxrss would count the parent's, before the exec.)"""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._ended = threading.Event()
        self._peak = 0.0
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            with contextlib.suppress(OSError, StopIteration):
                line = next(line for line in self._status.read_text().splitlines() if line.startswith("VmHWM"))
                self._peak = max(self._peak, int(line.split()[1]) / 1024)

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak


def measure(
    name: str, command: list[str], url: str, requests: int, connections: int, latency: float, **options: object
) -> Measurement:
    ask(url, "reset", "POST")
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    assert process.stdout is not None
    watch = MemoryWatch(process.pid)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    served = ask(url, "stats", "GET")["requests"]
    if process.returncode or served < requests:
        raise SystemExit(f"{name} did not do the work ({served} of {requests} requests):\n{said.decode()[-2000:]}")
    return Measurement(
        name,
        requests,
        connections,
        requests / connections * latency,
        wall,
        1000 * (used.ru_utime + used.ru_stime) / requests,
        watch.stop(),
        served,
        os.getloadavg()[0],
    )


OURS = ("langbias", "timed_session.py")
BARE = ("(bare client)", "bare_client.py")


def ours(requests: int, connections: int, latency_ms: float, repeat: int, tool: tuple[str, str] = OURS) -> Measurement:
    name, script = tool
    runs = []
    with stub(latency_ms) as url:
        for _ in range(repeat):
            with tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, str(HERE / script), folder, url, str(requests), str(connections)]
                runs.append(measure(name, command, url, requests, connections, latency_ms / 1000))
    return min(runs, key=lambda run: run.wall)


def peers(folders: list[Path], requests: int, connections: int, latency_ms: float) -> Iterator[Measurement | str]:
    with stub(latency_ms) as url, tempfile.TemporaryDirectory() as home:
        for peer in PEERS:
            found = peer.executable(folders)
            if found is None:
                yield f"{peer.name}: not installed, skipped"
                continue
            folder = Path(home) / peer.program
            folder.mkdir()
            arguments = peer.prepare(folder, requests, connections, url)
            program = [str(Path(found).with_name("python"))] if arguments[0].endswith(".py") else [found]
            command = [*program, *arguments]
            yield measure(
                peer.name,
                command,
                url,
                requests,
                connections,
                latency_ms / 1000,
                cwd=folder,
                env=environment(folder, found),
            )


def help_seconds(repeat: int) -> float:
    def once() -> float:
        begun = time.perf_counter()
        subprocess.run([str(Path(sys.executable).with_name("langbias")), "--help"], check=True, capture_output=True)
        return time.perf_counter() - begun

    return min(once() for _ in range(max(3, repeat)))


def report(options: argparse.Namespace) -> Iterator[str]:
    small = options.quick
    yield "# The collector, measured"
    yield f"`{' '.join(['python', 'tests/benchmarks/collector.py', *options.said])}`"
    yield (
        f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}; other work ran beside it. "
        "A loopback server answers after 200 ms (at once where the ideal is -). "
        "Ideal = requests / connections x 200 ms. "
        "Wall, CPU and memory are of the whole process, start-up included, everything stored. "
        f"Ours and the bare client are the best of {options.repeat} runs, peers are run once. "
        "The bare client (asyncio streams, nothing parsed, nothing stored) shows what the machine allowed. "
        "Load: 1-minute average at the end of the run."
    )
    yield "## Speed and memory"
    yield HEADER
    for requests, connections in ((200, 50), (1000, 200)) if small else ((2000, 50), (10_000, 200)):
        yield ours(requests, connections, 200, options.repeat).row()
        yield ours(requests, connections, 200, options.repeat, BARE).row()
    for requests in (1000,) if small else (10_000, 100_000):
        yield ours(requests, 50, 0, 1).row()
    skipped = []
    for result in peers(options.peers, 200 if small else 2000, 50, 200):
        if isinstance(result, str):
            skipped.append(result)
        else:
            yield result.row()
    yield from (f"- {note}" for note in skipped)
    yield f"\n`langbias --help` answers in {help_seconds(options.repeat):.2f} s."
    yield "## Chaos"
    conversations, kills = (400, 2) if small else (10_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        chaos = run_chaos(Path(folder) / "run", conversations=conversations, connections=50, kills=kills, seed=11)
    served = ", ".join(f"{count} {name}" for name, count in sorted(chaos.faults.items()))
    yield (
        f"{chaos.requests:,} requests for {conversations:,} conversations, {kills} SIGKILLs of the client, "
        f"{chaos.seconds:.0f} s. Faults served: {served}."
    )
    yield f"- stored: {chaos.stored:,}; stored twice: {chaos.stored_twice}; wrong status: {len(chaos.wrong)}"
    yield f"- answers charged twice: {chaos.charged_twice} (in flight at the kills: at most {chaos.in_flight_at_kills})"
    yield f"- the key in run folder, output or traceback: {chaos.key_found} hits"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, nargs="*", default=[])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    # A checkout is compiled by its first run, as an installed package is by its installer, unless this forbids it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    options.said = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    lines = []
    for line in report(options):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        text = ""
        for line in lines:
            text += line + ("\n" if line.startswith(("|", "- ")) else "\n\n")
        options.write.write_text(text.replace("|\n#", "|\n\n#"), "utf-8")


if __name__ == "__main__":
    main()
