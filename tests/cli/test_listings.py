"""The verbs that list and explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from langbias.corpus import load_corpus
from tests.cli.conftest import Cli


def test_help_names_every_verb(cli: Cli) -> None:
    ran = cli("--help")
    assert ran.code == 0
    for verb in ("audit", "collect", "score", "report", "plan", "validate", "languages", "targets", "explain"):
        assert f"\n  {verb} " in ran.out
    assert cli("--version").out.startswith("langbias 0.")


def test_languages_say_who_has_reviewed_them(cli: Cli) -> None:
    rows = {row["tag"]: row for row in json.loads(cli("languages", "--json").out)}
    assert {"en", "ko", "ru", "fa", "yo"} <= set(rows)
    assert rows["fa"]["direction"] == "rtl"
    assert rows["ko"]["prompts"] == str(len(load_corpus().scenarios))
    assert "unreviewed by native speakers" in cli("languages").out


def test_the_shipped_data_is_valid(cli: Cli) -> None:
    ran = cli("validate")
    assert ran.code == 0, ran.err
    assert "MISSING" not in ran.out
    assert f"{len(load_corpus().prompts)} prompts" in ran.err


def test_a_broken_corpus_is_named_and_exits_3(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "scenarios.toml").write_text('schema_version = "x"\n', encoding="utf-8")
    ran = cli("validate", "--corpus", tmp_path / "p")
    assert ran.code == 3
    assert "scenarios.toml" in ran.err
    assert cli("validate", "xx").code == 2


def test_explain_prints_a_rules_page(cli: Cli) -> None:
    from langbias.packs import load_pack

    rule_id, rule = load_pack("ko").artifacts_rules[-1]
    ran = cli("explain", rule_id)
    assert ran.code == 0
    assert rule.message in ran.out
    assert "unreviewed by native speakers" in ran.out
    assert json.loads(cli("explain", rule_id, "--json").out)["full_id"] == rule_id
    ran = cli("explain", rule_id + "x")
    assert ran.code == 2
    assert f"did you mean {rule_id!r}" in ran.err


def test_targets_show_names_of_keys_and_never_keys(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "langbias.toml").write_text(
        '[[target]]\nname = "bot"\nkind = "chat_completions"\nbase_url = "https://b.example/v1"\nmodel = "m"\n'
        'secret_env = "BOT_KEY"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("BOT_KEY", "sk-secret")
    ran = cli("targets")
    assert ran.code == 0
    assert "BOT_KEY (set)" in ran.out
    assert "sk-secret" not in ran.out + ran.err
    assert {row["target"] for row in json.loads(cli("targets", "--json").out)} >= {"local", "bot"}


def test_a_wrong_configuration_names_file_and_field(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "langbias.toml").write_text('[[target]]\nname = "bot"\nkind = "http"\n', encoding="utf-8")
    ran = cli("targets")
    assert ran.code == 3
    assert "langbias.toml" in ran.err


def test_our_own_bug_is_one_line_and_a_file(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import langbias.corpus

    def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(langbias.corpus, "load_corpus", broken)
    ran = cli("languages")
    assert ran.code == 5
    assert ran.err.count("\n") == 1
    report = Path(ran.err.split("Please report ")[1].strip())
    assert "a defect" in report.read_text(encoding="utf-8")
    report.unlink()


def test_an_interruption_is_130(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import langbias.corpus

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(langbias.corpus, "load_corpus", interrupted)
    ran = cli("languages")
    assert ran.code == 130
    assert "again to go on" in ran.err
