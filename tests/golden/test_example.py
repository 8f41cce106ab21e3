"""The committed audit: scored and rendered anew, it gives the same bytes. When a rule changes, so must the example:

langbias score reports/example && langbias report reports/example
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from langbias.publish import publish
from langbias.scoring import read_note, score_run
from langbias.store import RunFolder

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "reports" / "example"
MADE = ("results.jsonl", "scoring.json", "summary.json", "results.csv", "report.html", "report.md")

pytestmark = pytest.mark.skipif(not EXAMPLE.is_dir(), reason="needs a checkout")


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "run"
    shutil.copytree(EXAMPLE, folder)
    checks = read_note(RunFolder(folder)).checks
    for name in MADE:
        (folder / name).unlink()
    score_run(RunFolder(folder), checks, workers=1)
    publish(RunFolder(folder))
    return folder


@pytest.mark.parametrize("name", MADE)
def test_the_example_is_what_this_code_makes(anew: Path, name: str) -> None:
    same = (anew / name).read_bytes() == (EXAMPLE / name).read_bytes()
    assert same, f"{name} is out of date; run: langbias score reports/example && langbias report reports/example"


def test_the_example_is_whole_and_real() -> None:
    folder = RunFolder(EXAMPLE)
    run = folder.run()
    assert [target.kind for target in run.targets] == ["local"]
    assert len(run.plan.scenarios) == 24
    assert set(run.plan.languages) == {"en", "ko", "ru", "fa", "yo"}
    planned = sum(len(prompt.turns) for prompt in folder.prompts())
    assert len(list(folder.responses())) == planned
    outcomes = [json.loads(line)["outcome"] for line in folder.results_path.read_text(encoding="utf-8").splitlines()]
    assert len(outcomes) == planned * 4
    assert "error" not in outcomes


def test_the_example_carries_a_content_note() -> None:
    assert "Content note" in (EXAMPLE / "README.md").read_text(encoding="utf-8")
    assert "Content note" in (EXAMPLE / "report.html").read_text(encoding="utf-8")
