"""Files of other tools: their replies read in, our runs written out."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import msgspec
import pytest

from langbias.errors import InvalidDataError
from langbias.interchange.every_eval_ever import aggregate, instances
from langbias.interchange.inspect_writing import inspect_log
from langbias.interchange.promptfoo_writing import promptfoo_json
from langbias.publish import summarise
from langbias.results import encode_result
from langbias.scoring import ScoringNote, read_note
from langbias.store import RunFolder, open_run
from langbias.store.rows import encode_row
from langbias.targets.recorded.foreign import foreign_records
from langbias.targets.replay import read_replay
from langbias.types import (
    CheckResult,
    Claim,
    Environment,
    Expectation,
    FidelityMeasures,
    Outcome,
    Param,
    PlanSettings,
    Prompt,
    Provenance,
    Response,
    Run,
    Scenario,
    Status,
    Target,
    Trial,
    Usage,
)

TARGET = Target("bot", "chat_completions", "org/model", (Param("temperature", 0.5),))
VERDICTS = (Outcome.PASS, Outcome.FAIL, Outcome.ABSTAIN)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Two scenarios of two turns in two languages; ru/s1 was blocked at once, en/s1 failed at its second turn."""
    provenance = Provenance("t", "authored", "2026-01-01", "CC0")
    scenarios = [
        Scenario(f"s{n}", "topic", Claim((1,), "4", "c"), "low", "none", True, 2, "g", (), Expectation())
        for n in (0, 1)
    ]
    prompts = [
        Prompt(f"s{n}/{tag}/base", f"s{n}", tag, "base", "casual", (f"a{n} {tag}", f"b{n} {tag}"), (), provenance)
        for n in (0, 1)
        for tag in ("en", "ru")
    ]
    trials = [Trial(f"t-{p.scenario_id}-{p.language}", p.id, "bot", 0, 7) for p in prompts]
    plan = PlanSettings(("en", "ru"), ("s0", "s1"), "en", 1, 7, system_prompt="Be kind.")
    made = Environment("0.1.0", "3.11", "linux", (), "2026-01-02T03:04:05Z")
    manifest = Run("run-1", 1, "sig", "1.0", "d", (), (TARGET,), plan, made)
    usage = Usage(5, 6)
    rows = [
        Response("t-s0-en", 0, Status.OK, "One <b>", "stop", 200, 10.0, 1, usage, "model-1"),
        Response("t-s0-en", 1, Status.TRUNCATED, "Two", "length", 200, 10.0, 1, usage, "model-1"),
        Response("t-s0-ru", 0, Status.OK, "Раз", "stop", 200, 10.0, 1, usage, "model-1"),
        Response("t-s0-ru", 1, Status.OK, "Два", "stop", 200, 10.0),
        Response("t-s1-en", 0, Status.OK, "Three", "stop", 200, 10.0),
        Response("t-s1-en", 1, Status.FAILED, "", error="HTTP 500"),
        Response("t-s1-ru", 0, Status.BLOCKED, "", "content_filter", 200, 10.0),
    ]
    with open_run(tmp_path / "run", manifest, trials) as (folder, log):
        folder.write_lines("prompts.jsonl", map(encode_row, prompts))
        folder.write_lines("scenarios.jsonl", map(encode_row, scenarios))
        for row in rows:
            log.append(row)
    judged = [row for row in rows if row.status is not Status.FAILED]
    results = [
        CheckResult(row.trial_id, row.turn, "fidelity", VERDICTS[n % 3], "why", FidelityMeasures())
        for n, row in enumerate(judged)
    ]
    folder.write_lines("results.jsonl", (encode_result(f"{r.trial_id}/{r.turn}", r).encode() + b"\n" for r in results))
    note = ScoringNote(1, ("fidelity",), "2026-01-02", (), "sig")
    folder.write_file("scoring.json", msgspec.json.encode(note))
    return folder


def joined(path: Path, pieces) -> Path:
    path.write_bytes(b"".join(pieces))
    return path


def records(path: Path) -> list[dict]:
    def refuse(problem):
        raise AssertionError(problem)

    return [record for _, record in foreign_records(path, refuse)]


EXPECTED = [
    ("s0", "en", 0, "ok", "One <b>"),
    ("s0", "en", 1, "truncated", "Two"),
    ("s0", "ru", 0, "ok", "Раз"),
    ("s0", "ru", 1, "ok", "Два"),
    ("s1", "en", 0, "ok", "Three"),
    ("s1", "en", 1, "failed", ""),
    ("s1", "ru", 0, "blocked", ""),
]


@pytest.mark.parametrize(("name", "write"), [("i.json", "inspect"), ("p.json", "promptfoo")])
def test_what_we_write_we_read_again(run, tmp_path, name, write):
    pieces = inspect_log(run, TARGET) if write == "inspect" else promptfoo_json(run)
    found = records(joined(tmp_path / name, pieces))
    assert [(r["scenario"], r["language"], r["turn"], r["status"], r["response"]) for r in found] == EXPECTED
    assert [r["target"] for r in found] == ["bot"] * 7
    second = found[1]["prompt"]
    assert [message["role"] for message in second] == ["system", "user", "assistant", "user"]
    assert second[2]["content"] == "One <b>"


def test_a_written_run_can_be_replayed(run, tmp_path):
    replay = read_replay(joined(tmp_path / "i.json", inspect_log(run, TARGET)))
    trials, prompts = list(run.trials()), {prompt.id: prompt for prompt in run.prompts()}
    for response in run.responses():
        trial = next(t for t in trials if t.id == response.trial_id)
        answer = replay.answer(trial, prompts[trial.prompt_id], response.turn)
        assert (answer.status, answer.text) == (response.status, response.text)


def test_inspect_scores(run, tmp_path):
    log = json.loads(joined(tmp_path / "i.json", inspect_log(run, TARGET)).read_text())
    values = [sample["scores"].get("fidelity", {}).get("value") for sample in log["samples"]]
    assert values == ["C", "I", "N", "C", "I", None, "N"]
    assert log["samples"][5]["error"]["message"] == "HTTP 500"
    assert log["eval"]["model"] == "bot"


def test_promptfoo_counts(run, tmp_path):
    data = json.loads(joined(tmp_path / "p.json", promptfoo_json(run)).read_text())
    assert data["results"]["stats"] == {"successes": 4, "failures": 2, "errors": 1}
    assert [row["success"] for row in data["results"]["results"]] == [True, False, True, True, False, False, True]


def test_every_eval_ever(run):
    summary = summarise(run, run.run(), read_note(run))
    whole = json.loads(aggregate(run.run(), summary, TARGET, organization="o", relationship="third_party"))
    assert whole["schema_version"] == "0.3.0"
    assert whole["evaluation_id"] == "langbias/org/model/run-1"
    names = {entry["evaluation_result_id"]: entry for entry in whole["evaluation_results"]}
    rate = names["langbias.fidelity.en.fail_rate"]
    assert rate["score_details"]["score"] == pytest.approx(2 / 3)
    assert rate["metric_config"]["lower_is_better"] is True
    lines = [json.loads(line) for line in instances(run, TARGET)]
    assert [line["evaluation"]["is_correct"] for line in lines] == [True, False, True, False]
    assert all(line["evaluation_result_id"] in names for line in lines)
    assert {line["interaction_type"] for line in lines} == {"multi_turn"}, "a system prompt makes a transcript"


def test_an_unscored_run_is_refused(run):
    (run.path / "scoring.json").unlink()
    with pytest.raises(InvalidDataError, match="has not been scored"):
        list(promptfoo_json(run))


# --- what others wrote


def inspect_sample(**more) -> dict:
    return {
        "id": "q1",
        "epoch": 2,
        "metadata": {"language": "ko"},
        "messages": [
            {"role": "user", "content": "안녕"},
            {
                "role": "assistant",
                "content": [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "네"}],
            },
            {"role": "user", "content": "더"},
            {"role": "assistant", "content": "attachment://abc"},
        ],
        "attachments": {"abc": "긴 글"},
        "output": {"choices": [{"stop_reason": "max_tokens"}]},
        **more,
    }


def zipped(path: Path, samples: dict[str, bytes], header: bytes | None = b'{"eval": {"model": "m"}}') -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if header is not None:
            archive.writestr("header.json", header)
        for name, content in samples.items():
            archive.writestr(f"samples/{name}.json", content)
    return path


def test_an_inspect_log_of_others(tmp_path):
    path = zipped(tmp_path / "log.eval", {"q1_epoch_2": json.dumps(inspect_sample()).encode()})
    first, second = records(path)
    assert (first["id"], first["response"], first["turn"], first["repeat"], first["status"]) == (
        "q1/1/0",
        "네",
        0,
        1,
        "ok",
    )
    assert (second["response"], second["turn"], second["status"], second["target"]) == ("긴 글", 1, "truncated", "m")
    assert second["scenario"] == "q1"


def test_a_log_packed_with_zstandard(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    plain = json.dumps(inspect_sample()).encode()
    packed = pyarrow.Codec("zstd").compress(plain, asbytes=True)
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("header.json", b'{"eval": {"model": "m"}}')
        archive.writestr("samples/q1.json", packed)
    raw = bytearray(path.read_bytes())
    # The stored entry becomes one of method 93, as Inspect writes it: in its local header and in the directory.
    local = raw.find(b"PK\x03\x04", 1)
    central = raw.rfind(b"PK\x01\x02")
    struct.pack_into("<H", raw, local + 8, 93)
    struct.pack_into("<H", raw, central + 10, 93)
    struct.pack_into("<I", raw, local + 22, len(plain))
    struct.pack_into("<I", raw, central + 24, len(plain))
    path.write_bytes(raw)
    assert [record["response"] for record in records(path)] == ["네", "긴 글"]


def test_bad_samples_are_reported_and_the_rest_is_read(tmp_path):
    good = json.dumps(inspect_sample()).encode()
    no_language = json.dumps(inspect_sample(metadata={})).encode()
    path = zipped(tmp_path / "log.eval", {"a": b"{", "b": no_language, "c": good, "d": b"\xff", "e": b"[]"})
    problems = []
    found = list(foreign_records(path, problems.append))
    assert len(found) == 2
    assert [problem.where.rpartition("/")[2] for problem in problems] == ["a.json", "b.json", "d.json", "e.json"]
    assert "language" in problems[1].problem


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.eval", b"no zip", "no zip archive"),
        ("x.json", b"{", "not JSON"),
        ("x.json", b"{}", "neither an Inspect log nor a promptfoo result"),
        ("x.json", b"\xff", "not UTF-8"),
    ],
)
def test_files_that_are_neither(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidDataError, match=message):
        list(foreign_records(path, print))
    with pytest.raises(InvalidDataError, match="cannot be read"):
        list(foreign_records(tmp_path / f"none{path.suffix}", print))
    with pytest.raises(InvalidDataError, match=r"no header\.json"):
        list(foreign_records(zipped(tmp_path / "y.eval", {}, header=None), print))


def promptfoo_row(**more) -> dict:
    return {
        "vars": {"language": "yo", "scenario": "s"},
        "provider": {"id": "openai:x"},
        "prompt": {"raw": "Ẹ n lẹ"},
        "response": {"output": "Bẹ́ẹ̀ ni"},
        **more,
    }


def test_promptfoo_results_of_others(tmp_path):
    rows = [
        promptfoo_row(),
        promptfoo_row(response={"output": "No.", "isRefusal": True}),
        promptfoo_row(response={"output": ""}),
        promptfoo_row(response={"error": "API error: 500"}, error="API error: 500"),
        promptfoo_row(response={"output": {"a": 1}, "finishReason": "length"}),
        promptfoo_row(vars={"q": "no language"}),
    ]
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"results": {"version": 3, "results": rows}}))
    problems = []
    found = [record for _, record in foreign_records(path, problems.append)]
    assert [r["status"] for r in found] == ["ok", "blocked", "empty", "failed", "truncated"]
    assert [r["repeat"] for r in found] == [0, 1, 2, 3, 4]
    assert found[4]["response"] == '{"a":1}'
    assert {r["scenario"] for r in found} == {"s"}
    assert [problem.where.rpartition(" ")[2] for problem in problems] == ["5"]


def test_repeats_of_a_promptfoo_test_without_a_name(tmp_path):
    rows = [promptfoo_row(vars={"language": "yo"}, testIdx=n) for n in range(2)]
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"results": {"version": 3, "results": rows}}))
    assert [(r["scenario"], r["repeat"]) for r in records(path)] == [("test-0", 0), ("test-0", 1)]
