"""The README is true: its commands exist, its verbs are all there, its exit codes are those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex

from langbias import errors

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
pytestmark = pytest.mark.skipif(not README.exists(), reason="needs a checkout")


def verbs() -> set[str]:
    from langbias.cli.app import app

    groups = {str(group.name) for group in app.registered_groups}
    return groups | {str(command.callback.__name__) for command in app.registered_commands if command.callback}


def test_every_verb_is_in_the_readme_and_every_verb_in_it_exists() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(regex.findall(r"(?:^|[`/ ])langbias ([a-z]+)", text))
    assert verbs() <= named, f"not in README: {verbs() - named}"
    assert named - verbs() <= {"sends", "itself"}, f"README names what is not there: {named - verbs()}"


def test_the_two_commands_are_those_of_ci() -> None:
    commands = regex.findall(r"```\n(.*?)\n```", README.read_text(encoding="utf-8"), regex.DOTALL)
    install, test = commands[0], commands[1]
    assert install == "python3 -m venv .venv && .venv/bin/pip install -e '.[local]' && .venv/bin/langbias audit"
    assert test == ".venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for part in ("python3 -m venv .venv", "-e '.[local]'", ".venv/bin/langbias audit"):
        assert part in ci
    assert ".venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest" in ci


def test_exit_codes_are_those_of_the_readme() -> None:
    section = README.read_text(encoding="utf-8").split("## Exit codes")[1].split("##")[0]
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")}
    for code in codes | {0, 1, 5, 6, 130}:
        assert regex.search(rf"(?:^|·\s){code} ", section.replace("\n", " ").strip()), code


def test_every_figure_in_a_validation_report_has_its_command() -> None:
    for report in sorted((ROOT / "reports" / "validation").glob("*.md")):
        text = report.read_text(encoding="utf-8")
        assert "python" in text, f"{report.name} does not name the command that made it"
        assert "tests/benchmarks" in text
