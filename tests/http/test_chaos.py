"""The chaos run in small; tests/benchmarks/collector.py runs it in full."""

from __future__ import annotations

from chaos import run_chaos


def test_chaos(tmp_path):
    report = run_chaos(tmp_path / "run", conversations=400, connections=16, kills=2, seed=7)
    assert report.stored == 400
    assert report.stored_twice == 0
    assert report.wrong == ()
    assert report.charged_twice <= report.in_flight_at_kills
    assert report.key_found == 0
    assert sum(report.faults.values()) > 40
