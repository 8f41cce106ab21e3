"""The detectors behind the fidelity check: one scale, no guess about what they do not know, the same answer always."""

from __future__ import annotations

import subprocess
import sys

import pytest

from langbias import detection
from langbias.detection import Detector, vote, word_odds

DETECTORS = [detection.eldc, detection.py3langid, detection.lingua, detection.langdetect]
RUSSIAN, UKRAINIAN = "Я не знаю, что теперь делать.", "Я не знаю, що тепер робити."


@pytest.mark.parametrize("make", DETECTORS)
def test_scores_are_log_odds_against_the_best(make: type[Detector]) -> None:
    detector = make()
    for text, best in ((RUSSIAN, 0), (UKRAINIAN, 1)):
        scores = detector.scores(text, ("ru", "uk"))
        assert scores[best] == 0.0
        assert all(score is not None and -6.0 <= score <= 0.0 for score in scores)


@pytest.mark.parametrize("make", DETECTORS)
def test_nothing_is_said_about_unknown_languages_or_empty_text(make: type[Detector]) -> None:
    detector = make()
    assert not detector.knows("xx")
    assert detector.scores("dei anam", ("xx", "yy")) == (None, None)
    scores = detector.scores("12345 😀", ("ru", "uk"))
    assert scores == (None, None) or scores == pytest.approx((0.0, 0.0), abs=0.01)


def test_langdetect_is_seeded() -> None:
    text = "Том дома и не один, да?"
    assert len({detection.langdetect().scores(text, ("ru", "bg", "mk")) for _ in range(20)}) == 1


def test_langdetect_knows_both_kinds_of_chinese() -> None:
    assert detection.langdetect().scores("我觉得今天很累，想休息一下。", ("zh", "ja"))[0] == 0.0
    assert detection.langdetect().scores("我覺得今天很累，想休息一下。", ("zh", "ja"))[0] == 0.0


def test_vote_follows_the_prior_where_the_text_says_nothing() -> None:
    assert vote("", ("ru", "uk"), (0.0, 2.0)).language == "uk"
    assert vote(RUSSIAN, ("ru",), (0.0,)).language == "ru"
    assert vote(UKRAINIAN, ("ru", "uk"), (1.0, 0.0)).language == "uk"


def test_word_odds_are_zero_for_a_language_lingua_does_not_know() -> None:
    assert word_odds("support", "yo", "en") < 0 < word_odds("gbadura", "yo", "en")
    assert word_odds("support", "ha", "en") == 0.0


def test_importing_the_check_loads_no_detector() -> None:
    code = (
        "import sys, langbias.checks.fidelity;"
        "sys.exit(any(m in sys.modules for m in ('eldc', 'py3langid', 'lingua', 'langdetect', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_two_processes_agree() -> None:
    code = (
        "from langbias.checks.fidelity import check; from langbias.checks.context import CheckContext;"
        "from langbias.packs import load_pack; from langbias.types import Response, Status;"
        "print([check(Response('t', 0, Status.OK, text), CheckContext(load_pack('ru'))) for text in"
        " ('Том дома и не один.', 'Аз не знам какво да правя.', 'Утре ще отида при лекаря.', 'privet, kak dela?')])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, timeout=120, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != b""
