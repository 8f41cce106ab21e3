"""A fastText model file as one more voter, with a stand-in for the fasttext module."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from langbias.checks.context import CheckContext
from langbias.checks.fidelity import check, check_with
from langbias.detection import FastTextModel
from langbias.errors import InvalidDataError, MissingExtraError
from langbias.packs import load_pack
from langbias.types import Outcome, Response, Status


class FakeModel:
    """Says what it was told to, and refuses line breaks as fastText does."""

    def __init__(self, said: dict[str, float]) -> None:
        self.said = said
        self.asked: list[str] = []

    def predict(self, text: str, k: int = 1) -> tuple[tuple[str, ...], tuple[float, ...]]:
        if "\n" in text:
            raise ValueError("predict processes one line at a time (remove '\\n')")
        self.asked.append(text)
        best = sorted(self.said.items(), key=lambda item: -item[1])[:k]
        return tuple(label for label, _ in best), tuple(share for _, share in best)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, dict[str, float], FakeModel]:
    said: dict[str, float] = {}
    model = FakeModel(said)
    module = ModuleType("fasttext")

    def load_model(path: str) -> FakeModel:
        if Path(path).read_bytes() != b"model":
            raise ValueError(f"{path} has wrong file format!")
        return model

    module.load_model = load_model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fasttext", module)
    path = tmp_path / "glotlid.bin"
    path.write_bytes(b"model")
    return path, said, model


Fake = tuple[Path, dict[str, float], FakeModel]


def test_scores_add_up_the_labels_of_one_language(fake: Fake) -> None:
    path, said, model = fake
    said.update({"__label__kor_Hang": 0.5, "__label__arb_Arab": 0.1, "__label__arz_Arab": 0.15, "__label__xyz": 0.2})
    detector = FastTextModel(path, languages=("ko", "ar", "ja"))
    scores = detector.scores("한 줄\n두 줄", ("ko", "ar", "ja", "yo"))
    assert scores[0] == 0.0
    assert scores[1] == pytest.approx(-0.6931, abs=1e-3)  # ln(.25 / .5)
    assert scores[2] == -6.0
    assert scores[3] is None
    assert model.asked == ["한 줄 두 줄"]
    assert detector.knows("ar-EG")
    assert not detector.knows("yo")


def test_capitals_are_read_as_small_letters(fake: Fake) -> None:
    path, said, model = fake
    said["__label__en"] = 0.9
    FastTextModel(path, languages=("en",)).scores("HELLO THERE", ("en",))
    assert model.asked == ["hello there"]


def test_a_model_votes_in_the_check(fake: Fake) -> None:
    path, said, _ = fake
    reply = Response("t", 0, Status.OK, "Том дома и не один")
    context = CheckContext(load_pack("ru"))
    said["__label__rus_Cyrl"] = 1.0
    voter = FastTextModel(path, languages=("ru", "uk", "bg", "be", "sr", "mk"))
    assert check_with(voter)(reply, context).outcome is Outcome.PASS
    assert check(reply, context).outcome is Outcome.PASS


@pytest.mark.usefixtures("fake")
def test_a_file_that_is_none_or_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDataError, match="no such fastText model"):
        FastTextModel(tmp_path / "absent.bin", languages=("ko",))
    (tmp_path / "text.bin").write_text("hello")
    with pytest.raises(InvalidDataError, match="not a fastText model"):
        FastTextModel(tmp_path / "text.bin", languages=("ko",))


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "fasttext", None)
    with pytest.raises(MissingExtraError, match=r"langbias\[fasttext\]"):
        FastTextModel(tmp_path / "glotlid.bin", languages=("ko",))
