"""Power loss: whatever is left of the log opens, holds every whole row, and goes on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings, strategies as st

from langbias.store.log import ResponseLog
from langbias.store.rows import encode_row, read_rows
from langbias.types import Response, Status

# Half of a surrogate pair is no text; the adapters replace it before a reply gets here.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
RESPONSES = st.builds(
    Response,
    trial_id=st.text("abc0", min_size=1, max_size=4),
    turn=st.integers(0, 3),
    status=st.sampled_from(Status),
    text=TEXT,
    error=st.none() | TEXT,
    latency_ms=st.none() | st.floats(0, 1e6),
)


def opened(path: Path, content: bytes, then: Response) -> tuple[list[Response], list[Response]]:
    """The rows found in a log with `content`, and those found again after one more was stored."""
    path.write_bytes(content)
    log = ResponseLog(path)
    found = list(log.stored())
    log.append(then)
    log.close()
    return found, [row.value for row in read_rows(path, Response, torn_tail=False)]


@given(st.lists(RESPONSES, max_size=5), RESPONSES, st.integers(0, 2000), st.binary(max_size=20))
@settings(max_examples=80, deadline=None)
def test_any_cut_and_any_rubbish_at_the_end(rows, more, cut, rubbish):
    lines = [encode_row(row) for row in rows]
    content = b"".join(lines)[: max(0, sum(map(len, lines)) - cut)]
    whole = [row for row, end in zip(rows, _ends(lines), strict=True) if end - 1 <= len(content)]
    if rubbish.strip(b" \t\r\n") and content.endswith(b"\n"):
        content += b"\x00" + rubbish.replace(b"\n", b"")
    with tempfile.TemporaryDirectory() as folder:
        found, after = opened(Path(folder) / "log.jsonl", content, more)
    assert found == whole
    assert after == [*whole, more]


def _ends(lines: list[bytes]) -> list[int]:
    return [sum(map(len, lines[: n + 1])) for n in range(len(lines))]


def test_cut_at_every_byte_of_the_last_4_kb(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", int)  # the cut is the power loss; real syncing only takes time
    rows = [Response(f"t{n}", 0, Status.OK, "괜찮아요, 천천히 말해 주세요. " * (n % 5)) for n in range(30)]
    lines = [encode_row(row) for row in rows]
    content = b"".join(lines)
    ends = _ends(lines)
    more = Response("more", 0, Status.EMPTY, "")
    assert len(content) > 4096
    for size in range(len(content) - 4096, len(content) + 1):
        found, after = opened(tmp_path / "log.jsonl", content[:size], more)
        assert len(found) == sum(end - 1 <= size for end in ends)
        assert found == rows[: len(found)]
        assert after == [*found, more]
