"""Measure scoring in parts: one process, two, Dask and Ray on two workers.

    python tests/benchmarks/scale_out.py [--replies 200000] [--alone 25000] [--engines local dask ray] [--rows FILE]
                                         [--write FILE]

Every row is kept in FILE (default: reports/scale_out.jsonl) as soon as it is measured; the same command again goes on
with the next one. One process alone scores only the first `--alone` replies: its rate is steady, and it would take
longer than all others together. Starting workers takes the same seconds whatever the count, so the rate is that from
the end of the first tenth on. Memory is that of the largest worker.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import random
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pyarrow.parquet

import langbias
from langbias.engines import Engine, in_order
from langbias.parts import parts_of, score_part
from langbias.registry import choose_checks

TAGS = ("en", "ko", "ru", "fa", "yo")
PACKS = Path(langbias.__file__).parent / "languages"
PIECES = 4
GROUP = 64


def examples(node: Any) -> Iterator[str]:
    """What rules must and must not match, and the good replies: sentences that the checks have work with."""
    if isinstance(node, list):
        for item in node:
            yield from examples(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in ("must_match", "must_not_match"):
                yield from (item for item in value if isinstance(item, str))
            elif name == "text" and isinstance(value, str):
                yield value
            else:
                yield from examples(value)


@lru_cache
def pieces_of(tag: str) -> tuple[str, ...]:
    texts = (text.strip() for path in sorted((PACKS / tag).glob("*.toml")) for text in examples(_toml(path)))
    return tuple(dict.fromkeys(text if text.endswith((".", "!", "?", "…")) else f"{text}." for text in texts if text))


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def reply(number: int) -> dict[str, str]:
    """The same number gives the same record; no two give the same text, as their first two pieces differ."""
    tag = TAGS[number % len(TAGS)]
    pieces, nth = pieces_of(tag), number // len(TAGS)
    first, apart = nth % len(pieces), 1 + nth // len(pieces)
    assert apart < len(pieces), "too few pieces for so many replies"
    chosen = [pieces[first], pieces[(first + apart) % len(pieces)]]
    chosen += random.Random(number).sample(pieces, PIECES - len(chosen))
    return {"id": f"r{number}", "language": tag, "response": " ".join(chosen)}


def make(path: Path, replies: int) -> Path:
    """A Parquet file, a row group at a time."""
    schema = pyarrow.schema([(name, pyarrow.string()) for name in ("id", "language", "response")])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, replies, GROUP):
            rows = [reply(number) for number in range(start, min(start + GROUP, replies))]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
    return path


class Processes:
    """What this process and those below it take, looked at twice a second until `stop`.

    (Ray's and Dask's workers are not waited for by this process, so the system's own sums would leave them out.)
    """

    def __init__(self) -> None:
        self.most_mb = 0.0
        self._seconds: dict[int, float] = {}
        self._look()
        self._before = sum(self._seconds.values())
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self._look()

    def _look(self) -> None:
        parents: dict[int, int] = {}
        taken: dict[int, tuple[float, float]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                parents[int(entry.name)] = int(fields[1])
                seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                taken[int(entry.name)] = (seconds, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20)
        ours = {pid for pid in taken if _is_below(pid, parents)}
        self._seconds |= {pid: taken[pid][0] for pid in ours}
        workers = ours - {os.getpid()} or ours
        self.mb = max(taken[pid][1] for pid in workers)
        self.most_mb = max(self.most_mb, self.mb)

    def stop(self) -> float:
        """CPU seconds since the start."""
        self._ended.set()
        self._thread.join()
        self._look()
        return sum(self._seconds.values()) - self._before


def _is_below(pid: int, parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = parents.get(pid, 0)
    return False


class Row(msgspec.Struct):
    """One measurement. `digests`: of the result lines of the first `--alone` replies, and of all."""

    engine: str
    workers: int
    replies: int
    alone: int
    wall: float
    cpu: float
    rate: float
    half_mb: float
    most_mb: float
    load: float
    digests: tuple[str, str]


def measure(source: Path, replies: int, alone: int, workers: int, engine: Engine) -> Row:
    digest = hashlib.sha256()
    first = ""
    done, tenth, half_mb = 0, None, 0.0
    processes = Processes()
    begun = last = time.perf_counter()
    for part in in_order(
        score_part, parts_of(source, choose_checks(None), "2026-01-01", print), workers=workers, engine=engine
    ):
        digest.update(part.lines)
        done += part.tally.records
        last = time.perf_counter()
        if done * 10 // replies != (done - part.tally.records) * 10 // replies:
            print(f"{engine}, {workers}: {done:,} of {replies:,} in {last - begun:.0f} s", file=sys.stderr, flush=True)
        if done == alone:
            first = digest.hexdigest()
        if tenth is None and done >= replies / 10:
            tenth = (last, done)
        if not half_mb and done >= replies / 2:
            half_mb = processes.mb
        if done >= replies:
            break
    wall = time.perf_counter() - begun
    assert tenth is not None
    assert done == replies
    return Row(
        engine=engine,
        workers=workers,
        replies=replies,
        alone=alone,
        wall=wall,
        cpu=processes.stop(),
        rate=(done - tenth[1]) / (last - tenth[0]),
        half_mb=half_mb,
        most_mb=processes.most_mb,
        load=os.getloadavg()[0],
        digests=(first, digest.hexdigest()),
    )


def measured(replies: int, alone: int, engines: list[str], kept: Path) -> Iterator[Row | str]:
    """The rows in order: those that `kept` holds, and the others as they are measured. A string says what is not."""
    rows = msgspec.json.decode(f"[{','.join(kept.read_text().splitlines())}]", type=list[Row]) if kept.exists() else []
    known = {(row.engine, row.workers): row for row in rows if row.alone == alone and row.replies in (alone, replies)}
    with tempfile.TemporaryDirectory() as folder:
        source: Path | None = None
        for engine, workers, count in [("local", 1, alone), *((engine, 2, replies) for engine in engines)]:
            row = known.get((engine, workers))
            if row is None:
                module = {"dask": "distributed"}.get(engine, engine)
                if engine != "local" and importlib.util.find_spec(module) is None:
                    yield f"{engine}: not installed, skipped"
                    continue
                source = source or make(Path(folder) / "replies.parquet", replies)
                row = measure(source, count, alone, workers, Engine(engine))
                kept.parent.mkdir(parents=True, exist_ok=True)
                with kept.open("ab") as file:
                    file.write(msgspec.json.encode(row) + b"\n")
            yield row


HEADER = (
    "| engine | workers | replies | wall s | CPU ms/reply | replies/s after the first tenth | against one process "
    "| overhead against two | MB of a worker at half, at most | same lines | load |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def line(row: Row, one: Row, two: Row | None) -> str:
    """A row of the table, beside those of one process and of two."""
    overhead = f"{row.wall / two.wall:.2f} x" if two else "-"
    same = row.digests[0] == one.digests[0] and (two is None or row.digests[1] == two.digests[1])
    return (
        f"| {row.engine} | {row.workers} | {row.replies:,} | {row.wall:.1f} | {1000 * row.cpu / row.replies:.2f} "
        f"| {row.rate:.1f} | {row.rate / one.rate:.2f} of {row.workers} | {overhead} "
        f"| {row.half_mb:.0f}, {row.most_mb:.0f} | {'yes' if same else 'NO'} | {row.load:.1f} |"
    )


def table(options: argparse.Namespace) -> Iterator[str]:
    alone = -(-min(options.alone, options.replies) // GROUP) * GROUP
    one = two = None
    yield HEADER
    for row in measured(max(options.replies, alone), alone, options.engines, options.rows):
        if isinstance(row, str):
            yield f"| {row} | | | | | | | | | | |"
            continue
        one = one or row
        two = two or (row if row.workers == 2 else None)
        yield line(row, one, two)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replies", type=int, default=200_000)
    parser.add_argument("--alone", type=int, default=25_000)
    parser.add_argument("--engines", nargs="*", default=["local", "dask", "ray"])
    parser.add_argument("--rows", type=Path, default=Path("reports/scale_out.jsonl"))
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    lines = []
    for said in table(options):
        print(said, flush=True)
        lines.append(said)
    if options.write:
        said = " ".join(word for word in sys.argv[1:] if not Path(word).is_absolute())
        options.write.write_text(
            f"`python tests/benchmarks/scale_out.py {said}`\n\n" + "\n".join(lines) + "\n", "utf-8"
        )


if __name__ == "__main__":
    main()
