"""The pytest plugin, run the way a user runs it: in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

OWN_TEST = """
def test_own(langbias_run):
    assert set(langbias_run.summary.languages) == {"en", "fa"}
    assert len(langbias_run.to_frame()) == 18 * 4
"""
RULES = 'name = "t"\nschema_version = 1\n[[rule]]\nchecks = ["fidelity"]\nlanguages = ["en"]\nfloor = 0.5\n'


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    installed = any(point.value == "langbias.pytest_plugin" for point in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "langbias.pytest_plugin")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", "--rootdir", str(folder), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def place(recorded: Path, tmp_path: Path) -> Path:
    """A folder with recorded replies, the run that was made of them, a policy and a test of one's own."""
    shutil.copy(recorded / "new.csv", tmp_path / "new.csv")
    shutil.copytree(recorded / "new", tmp_path / "kept")
    (tmp_path / "policy.toml").write_text(RULES, encoding="utf-8")
    (tmp_path / "test_own.py").write_text(OWN_TEST, encoding="utf-8")
    return tmp_path


AUDIT = ("--langbias-target", "replay:new.csv", "--langbias-languages", "en,fa", "--langbias-output", "kept")


def test_one_test_per_check_and_language_and_a_fixture(place: Path) -> None:
    ran = run_pytest(place, *AUDIT, "--langbias-policy", "policy.toml", "-v", "-rs")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "fidelity[en] PASSED" in ran.stdout
    assert "test_own PASSED" in ran.stdout
    assert "2 passed, 7 skipped" in ran.stdout


def test_what_fails_says_why_and_strict_fails_what_cannot_be_told(place: Path) -> None:
    (place / "policy.toml").write_text(RULES.replace('["en"]', '["fa"]').replace("0.5", "0.99"), encoding="utf-8")
    ran = run_pytest(place, *AUDIT, "--langbias-policy", "policy.toml", "-k", "fidelity")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "share that fails 22%" in ran.stdout
    assert "Traceback" not in ran.stdout
    (place / "policy.toml").write_text(RULES.replace("0.5", "0.8"), encoding="utf-8")
    kept = (*AUDIT, "--langbias-policy", "policy.toml", "-k", "fidelity")
    assert run_pytest(place, *kept).returncode == 0
    assert run_pytest(place, *kept, "--langbias-strict").returncode == 1


def test_workers_share_one_audit_that_is_made_anew(place: Path) -> None:
    (place / "test_own.py").unlink()
    audit = ("--langbias-target", "replay:new.csv", "--langbias-languages", "en", "--langbias-scenarios", "exam-stress")
    ran = run_pytest(place, *audit, "--langbias-policy", "policy.toml", "-n", "2", "-rs")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "4 skipped" in ran.stdout
    assert "1 scenarios; the policy asks for 6" in ran.stdout


def test_wrong_options_are_one_line(place: Path) -> None:
    ran = run_pytest(place, *AUDIT, "--langbias-policy", "usal")
    assert ran.returncode == 4
    assert "did you mean 'usual'" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr


def test_without_its_option_it_does_nothing(place: Path) -> None:
    ran = run_pytest(place, "-rs")
    assert ran.returncode == 0
    assert "needs --langbias-target" in ran.stdout
