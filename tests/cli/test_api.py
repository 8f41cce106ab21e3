"""The public functions, and the page that shows them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import regex

import langbias
from langbias.errors import InvalidDataError, StoreError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"


@pytest.mark.skipif(not PAGE.exists(), reason="needs a checkout")
def test_every_example_of_the_page_runs(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(recorded / "old", tmp_path / "earlier")
    shutil.copytree(recorded / "new", tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    blocks = regex.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), regex.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), {})
    out = capsys.readouterr().out
    assert "r1 ['pass']" in out
    assert "r2 ['fail']" in out


def test_a_frame_has_one_row_per_response_and_check(recorded: Path) -> None:
    audit = langbias.load(recorded / "new")
    frame = audit.to_frame()
    assert len(frame) == 18 * 4
    assert {"target", "language", "scenario", "check", "outcome", "expected_share", "address"} <= set(frame.columns)
    failing = frame[(frame.check == "fidelity") & (frame.outcome == "fail")]
    assert set(failing.language) == {"fa"}
    assert failing.expected_share.notna().all()


def test_the_functions_stay_functions_whatever_is_imported() -> None:
    """Modules of the same names exist; importing them must not hide the functions."""
    code = (
        "import langbias.score, langbias.compare, langbias.gate.policy\n"
        "import langbias\n"
        "assert callable(langbias.score) and callable(langbias.compare) and callable(langbias.gate)\n"
        "from langbias.score import score_item\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_langbias_imports_nothing_heavy() -> None:
    code = (
        "import sys, langbias, langbias.pytest_plugin\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'kiwipiepy', 'pymorphy3', 'lingua', 'httpx', 'aiohttp'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_wrong_input_is_named(recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a run folder"):
        langbias.load(tmp_path)
    with pytest.raises(InvalidDataError, match=r"record 2: .*language"):
        langbias.score([{"id": "a", "language": "ko", "response": ""}, {"id": "b", "response": "x"}])
    with pytest.raises(AttributeError, match="no attribute 'gap'"):
        _ = langbias.gap  # type: ignore[attr-defined]
    (tmp_path / "bad.jsonl").write_text("{half\n", encoding="utf-8")
    with pytest.raises(InvalidDataError, match=r"bad.jsonl:1"):
        langbias.score(tmp_path / "bad.jsonl")
    assert langbias.gaps(langbias.load(recorded / "new"), language="ko") == ()


def test_loading_twice_gives_the_same_numbers(recorded: Path) -> None:
    assert langbias.load(recorded / "new").summary == langbias.load(recorded / "new").summary
