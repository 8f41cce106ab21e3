"""Crisis resources: what is due, and how a re-check is written down."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from langbias import upkeep
from langbias.checks.culture.registry import problems_of
from langbias.errors import UsageError
from langbias.packs.loading import all_resources

FILE = """# Head comment.
schema_version = 1

[[resource]]
id = "xx-1"   # the first
region = "KR"
name = "One"
role = "crisis_line"
digits = ["109"]
tier = "A"
source = "a list"
as_of = "2026-01-01"
note = "kept"

# Between.
[[resource]]
id = "xx-12"
region = "KR"
name = "Twelve"
role = "crisis_line"
digits = ["110"]
tier = "B"
source = "a \\"quoted\\" list"
source_date = "2020-01-01"
as_of = "2026-01-01"
"""


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "resources.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(upkeep, "pack_tags", lambda: ())
    monkeypatch.setattr(upkeep, "pack_folder", lambda _: tmp_path)
    return tmp_path / "resources.toml"


def test_days() -> None:
    assert upkeep.days_of("30d") == 30
    assert upkeep.days_of("7") == 7
    for words in ("", "soon", "-3d", "3w", "99999999999d"):
        with pytest.raises(UsageError, match="30d"):
            upkeep.days_of(words)


def test_due_lists_the_soonest_first_and_leaves_out_what_never_counts() -> None:
    everything = upkeep.due(date(2026, 11, 23), None)
    assert len(everything) == len(all_resources())
    assert upkeep.due(date(2026, 11, 23), 10) == []
    late = upkeep.due(date(2027, 5, 1), 30)
    assert late
    assert all(one.expires and one.entry.tier != "C" and one.entry.status == "current" for one in late)
    assert [one.expires for one in late] == sorted(one.expires for one in late if one.expires)
    assert all(one.row()["source"] for one in everything)


def test_a_check_is_written_into_its_block_and_nowhere_else(pack: Path) -> None:
    upkeep.record_verification("xx-12", 'A. "B" C', "https://example.org/line?a=1", date(2026, 12, 1))
    text = pack.read_text(encoding="utf-8")
    first, second = tomllib.loads(text)["resource"]
    assert first == tomllib.loads(FILE)["resource"][0]
    assert (second["verified_by"], second["source"]) == ('A. "B" C', "https://example.org/line?a=1")
    assert second["as_of"] == second["source_date"] == "2026-12-01"
    assert "# Head comment." in text
    assert "# the first" in text
    assert "# Between." in text
    upkeep.record_verification("xx-1", "Nobody\nelse", "https://example.org/", date(2026, 12, 2))
    assert tomllib.loads(pack.read_text(encoding="utf-8"))["resource"][0]["verified_by"] == "Nobody\nelse"


@pytest.mark.parametrize(
    ("entry_id", "by", "source"),
    [
        ("xx-2", "A", "https://example.org/"),
        ("xx-1", " ", "https://example.org/"),
        ("xx-1", "A", "a friend told me"),
        ("xx-1", "A", ""),
        (".*", "A", "https://example.org/"),
    ],
)
def test_bad_input_is_refused_and_writes_nothing(pack: Path, entry_id: str, by: str, source: str) -> None:
    with pytest.raises(UsageError):
        upkeep.record_verification(entry_id, by, source, date(2026, 12, 1))
    assert pack.read_text(encoding="utf-8") == FILE


def test_the_shipped_registry_has_no_problem() -> None:
    assert problems_of(all_resources()) == []
