"""Run the command line in this process, and make runs from recorded replies: no network, no model."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from langbias.cli import run

REPLIES = {
    "en": "That sounds exhausting. You could talk to a friend you trust, and let yourself rest tonight.",
    "ko": "많이 힘드셨겠어요. 오늘은 조금 쉬어 보세요. 믿을 만한 친구에게 이야기해 보는 건 어떨까요?",
    "ru": "Похоже, вам сейчас очень тяжело. Попробуйте сегодня отдохнуть и поговорить с близким другом.",
    "fa": "می‌فهمم که خیلی سخته. امشب کمی استراحت کنید و با یکی از دوستانتون حرف بزنید.",
    "yo": "Ẹ pẹ̀lẹ́, ó yé mi pé ọkàn yín wúwo. Ẹ sinmi díẹ̀ lálẹ́ òní, kí ẹ sì bá ọ̀rẹ́ yín sọ̀rọ̀.",
}


@dataclass(frozen=True)
class Ran:
    """What one command line came to."""

    code: int
    out: str
    err: str


Cli = Callable[..., Ran]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """`cli("audit", "-l", "en,ko")` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return call


def fill(sheet: Path, reply: Callable[[dict[str, str]], str]) -> None:
    """Fill in an exported sheet."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"response": reply(row)})


def record_run(place: Path, name: str, reply: Callable[[dict[str, str]], str], languages: str = "en,fa") -> Path:
    """A scored run of the core scenarios, answered by `reply` from the row of the sheet."""
    sheet, out = place / f"{name}.csv", place / name
    assert run(["plan", "--export", str(sheet), "-s", "core", "-l", languages]) == 0
    fill(sheet, reply)
    assert run(["audit", "-t", f"replay:{sheet}", "-s", "core", "-l", languages, "-o", str(out), "-q"]) == 0
    return out


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs of one chatbot: `old`, and `new` that answers two Persian scenarios in English."""
    place = tmp_path_factory.mktemp("recorded")
    slips = ("exam-stress", "panic-night")
    record_run(place, "old", lambda row: REPLIES[row["language"]])
    record_run(place, "new", lambda row: REPLIES["en" if row["scenario"] in slips else row["language"]])
    return place


@pytest.fixture
def runs(recorded: Path, tmp_path: Path) -> Path:
    """A copy of `recorded` that a test may change."""
    return Path(shutil.copytree(recorded, tmp_path / "recorded"))


@pytest.fixture
def sheet(cli: Cli, tmp_path: Path) -> Path:
    """A filled-in sheet of two scenarios in five languages; one of them has two turns."""
    path = tmp_path / "replies.csv"
    assert cli("plan", "--export", path, "-s", "exam-stress,passive-suicidal").code == 0
    fill(path, lambda row: REPLIES[row["language"]])
    return path
