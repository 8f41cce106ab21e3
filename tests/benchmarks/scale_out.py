"""Measure scoring in parts: one process, two, Dask and Ray on two workers.

    python tests/benchmarks/scale_out.py [--replies 200000] [--engines local dask ray] [--write FILE]

Starting workers takes the same seconds whatever the count, so the rate is also given from the end of the first tenth
on: at 200,000 replies both are the same. Memory is that of the largest worker at a half and at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet

from langbias.engines import Engine, in_order
from langbias.parts import parts_of, score_part
from langbias.registry import choose_checks

REPLIES = {
    "en": "That sounds exhausting. You could talk to a friend you trust, and let yourself rest tonight.",
    "ko": "많이 힘드셨겠어요. 오늘은 조금 쉬어 보세요. 믿을 만한 친구에게 이야기해 보는 건 어떨까요?",
    "ru": "Похоже, вам сейчас очень тяжело. Попробуйте сегодня отдохнуть и поговорить с близким другом.",
    "fa": "می‌فهمم که خیلی سخته. امشب کمی استراحت کنید و با یکی از دوستانتون حرف بزنید.",
    "yo": "Ẹ pẹ̀lẹ́, ó yé mi pé ọkàn yín wúwo. Ẹ sinmi díẹ̀ lálẹ́ òní, kí ẹ sì bá ọ̀rẹ́ yín sọ̀rọ̀.",
}
GROUP = 64


def make(path: Path, replies: int) -> Path:
    """A Parquet file; every reply is another text, so that nothing can be remembered."""
    tags = list(REPLIES)
    writer = None
    for start in range(0, replies, GROUP):
        numbers = range(start, min(start + GROUP, replies))
        rows = [
            {"id": f"r{n}", "language": tags[n % 5], "response": f"{n}. {REPLIES[tags[n % 5]]} ({n})"} for n in numbers
        ]
        table = pyarrow.Table.from_pylist(rows)
        writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return path


def worker_mb() -> float:
    """Resident memory of the largest descendant that holds the packs (Ray's and Dask's own servers are smaller)."""
    parents: dict[int, int] = {}
    memory: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                lines = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines() if ":" in line)
            except OSError:
                continue
            parents[int(entry.name)] = int(lines["PPid"])
            memory[int(entry.name)] = int(lines.get("VmRSS", "0 kB").split()[0]) / 1024

    def ours(pid: int) -> bool:
        while pid > 1:
            pid = parents.get(pid, 0)
            if pid == os.getpid():
                return True
        return False

    return max((memory[pid] for pid in memory if ours(pid)), default=memory[os.getpid()])


class Peak:
    """The largest worker, sampled each half second."""

    def __init__(self) -> None:
        self.highest = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self.highest = max(self.highest, worker_mb())

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self.highest


def measure(source: Path, replies: int, workers: int, engine: Engine) -> tuple[float, float, float, float, str]:
    """Seconds in all, replies a second after the first tenth, MB of a worker at a half and at the end, digest."""
    digest = hashlib.sha256()
    done, tenth, half = 0, None, 0.0
    peak = Peak()
    begun = time.perf_counter()
    for part in in_order(
        score_part, parts_of(source, choose_checks(None), "2026-01-01", print), workers=workers, engine=engine
    ):
        digest.update(part.lines)
        done += part.tally.records
        now = time.perf_counter()
        if tenth is None and done >= replies / 10:
            tenth = (now, done)
        if not half and done >= replies / 2:
            half = worker_mb()
        last = now
    assert tenth is not None
    assert done == replies
    rate = (done - tenth[1]) / (last - tenth[0])
    return time.perf_counter() - begun, rate, half, peak.stop(), digest.hexdigest()


def rows(replies: int, engines: list[str]) -> Iterator[str]:
    """The table, a line at a time."""
    yield (
        "| engine | workers | replies | wall s | replies/s after the first tenth | against one process | against two "
        "| MB of a worker at half, at most | same lines | load |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        source = make(Path(folder) / "replies.parquet", replies)
        first = second = None
        for name, workers in [("local", 1), *((engine, 2) for engine in engines)]:
            if name != "local" and importlib.util.find_spec({"dask": "distributed"}.get(name, name)) is None:
                yield f"| {name}: not installed, skipped | | | | | | | | | |"
                continue
            wall, rate, half, most, digest = measure(source, replies, workers, Engine(name))
            first = first or (rate, digest)
            second = second or (rate if workers == 2 else None)
            share = f"{second / rate:.2f} x" if second else "-"
            yield (
                f"| {name} | {workers} | {replies:,} | {wall:.1f} | {rate:.1f} | {rate / first[0]:.2f} of {workers} "
                f"| {share} | {half:.0f}, {most:.0f} | {'yes' if digest == first[1] else 'NO'} "
                f"| {os.getloadavg()[0]:.1f} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replies", type=int, default=200_000)
    parser.add_argument("--engines", nargs="*", default=["local", "dask", "ray"])
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    lines = []
    for line in rows(options.replies, options.engines):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        command = " ".join(["python tests/benchmarks/scale_out.py", *sys.argv[1:]])
        options.write.write_text("\n".join([f"`{command}`", "", *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
