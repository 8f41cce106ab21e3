"""A run that asks both twins counts them as one independent scenario, asked twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import REPLIES, Cli, fill


def test_twins_count_once(cli: Cli, tmp_path: Path) -> None:
    chosen = ["-s", "faith-low-mood,secular-low-mood,panic-night", "-l", "en,ko"]
    assert cli("plan", *chosen, "--export", tmp_path / "sheet.csv").code == 0
    fill(tmp_path / "sheet.csv", lambda row: REPLIES[row["language"]])
    ran = cli("audit", *chosen, "--target", f"replay:{tmp_path / 'sheet.csv'}", "-o", tmp_path / "run")
    assert ran.code == 0, ran.err
    summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))["summary"]
    assert summary["n_scenarios"] == 2
    for cell in summary["cells"]:
        if cell["check_id"] == "fidelity":
            assert (cell["rate"]["n"], cell["rate"]["n_clusters"]) == (3, 2)
    assert "3 scenarios (2 independent: twins count as one)" in (tmp_path / "run" / "report.md").read_text("utf-8")
    assert cli("gate", tmp_path / "run", "--policy", "usual").code in {1, 6}
    assert cli("compare", tmp_path / "run", tmp_path / "run").code == 2
