"""Naming targets on the command line and in langbias.toml, and recorded replies."""

from __future__ import annotations

from pathlib import Path

import pytest

from langbias.errors import InvalidDataError, UsageError
from langbias.targets.anthropic import Anthropic
from langbias.targets.chat_completions import ChatCompletions
from langbias.targets.configuration import read_configuration
from langbias.targets.gemini import Gemini
from langbias.targets.http_json import HttpJson, Pointer, http_json, pointer
from langbias.targets.protocol import Message, RequestSettings
from langbias.targets.replay import read_replay
from langbias.targets.specification import parse_target
from langbias.types import Param, Prompt, Provenance, Status, Trial


@pytest.mark.parametrize(
    ("word", "kind", "model", "host", "secret_env"),
    [
        ("openai:gpt-x", ChatCompletions, "gpt-x", "api.openai.com", "OPENAI_API_KEY"),
        ("anthropic:claude-x", Anthropic, "claude-x", "api.anthropic.com", "ANTHROPIC_API_KEY"),
        ("gemini:gemini-x", Gemini, "gemini-x", "generativelanguage.googleapis.com", "GEMINI_API_KEY"),
        ("chat:http://127.0.0.1:8000/v1#org/model:7b", ChatCompletions, "org/model:7b", "127.0.0.1", None),
    ],
)
def test_words_of_the_command_line(word, kind, model, host, secret_env):
    spec = parse_target(word)
    assert (spec.target.id, spec.target.model) == (word, model)
    assert (spec.target.endpoint_host, spec.target.secret_env) == (host, secret_env)
    with spec.open() as source:
        assert isinstance(source, kind)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("opnai:gpt", "did you mean 'openai'"),
        ("locl", "did you mean 'local'"),
        ("gpt-4", "unknown target 'gpt-4'"),
        ("", "unknown target ''"),
        ("openai:", "write it as openai:MODEL"),
        ("local:x", "write it as local"),
        ("chat:http://h/v1", "names no model; write it as chat:BASE_URL#MODEL"),
        ("chat:h/v1#m", "must look like https://"),
        ("chat:ftp://h#m", "must look like https://"),
        ("chat:http://h:port/v1#m", "must look like https://"),
        ("chat:http://me:hunter2@h/v1#m", "holds credentials"),
        ("replay:/no/such.csv", "there is no file"),
    ],
)
def test_words_that_name_no_target(word, message):
    with pytest.raises(UsageError, match=message) as caught:
        parse_target(word)
    assert "hunter2" not in str(caught.value).replace(word, "")


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


BOT = """
[[target]]
name = "our-bot"
kind = "http_json"
url = "https://bot.example.org/chat"
headers = { Authorization = "Bearer {{secret}}" }
body = '{"message": "{{prompt}}", "history": "{{messages}}"}'
reply = "/answer/text"
secret_env = "OUR_BOT_KEY"
max_connections = 4
requests_per_minute = 90
"""


def test_configured_targets(tmp_path):
    path = write(
        tmp_path / "langbias.toml",
        BOT
        + """
[[target]]
name = "vllm"
kind = "chat_completions"
base_url = "http://10.0.0.1:8000/v1"
model = "m"
params = { temperature = 0.7, top_k = 5, think = false }
stream = true
""",
    )
    config = read_configuration(path)
    bot = parse_target("our-bot", config)
    assert bot.target.secret_env == "OUR_BOT_KEY"
    assert (bot.pace.max_connections, bot.pace.requests_per_minute) == (4, 90)
    with bot.open() as source:
        assert isinstance(source, HttpJson)
    vllm = parse_target("vllm", config)
    assert vllm.target.params == (Param("temperature", 0.7), Param("think", False), Param("top_k", 5))
    with pytest.raises(UsageError, match="did you mean 'our-bot'"):
        parse_target("ourbot", config)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('kind = "http_json"', 'kind = "http"'), r"target\[0\].*kind|Invalid value 'http'"),
        (("reply =", "replly ="), "replly"),
        (('name = "our-bot"', 'name = "our:bot"'), "name: must not be empty or hold a colon"),
        (("max_connections = 4", "max_connections = 0"), r"target\[our-bot\]: max_connections: must be above 0"),
        (("max_connections = 4", 'max_connections = "4"'), "max_connections"),
        (("[[target]]", "[[targets]]"), "did you mean 'target'"),
        (("[[target]]", BOT + "[[target]]"), "used twice"),
    ],
)
def test_a_wrong_configuration_names_file_block_and_field(tmp_path, change, message):
    path = write(tmp_path / "langbias.toml", BOT.replace(*change))
    with pytest.raises(InvalidDataError, match=message) as caught:
        read_configuration(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("Bearer {{secret}}", "Bearer sk-live-123456"), "headers.Authorization: holds a secret in clear"),
        (("{{prompt}}", "{{env.HOME}}"), r"body: \{\{env.HOME\}\} is not known"),
        (("{{prompt}}", "{{file:/etc/passwd}}"), "is not known"),
        (('"{{prompt}}"', "{{prompt}}"), "body: not JSON .*inside quotes"),
        (('"{{messages}}"', '"said: {{messages}}"'), "stands alone as a value"),
        (('"message": "{{prompt}}", "history": "{{messages}}"', '"a": 1'), "never sends the prompt"),
        (('secret_env = "OUR_BOT_KEY"', ""), "secret_env names no variable"),
        (('reply = "/answer/text"', 'reply = "answer.text"'), "reply: 'answer.text' is no JSON pointer"),
        (("https://bot.example.org/chat", "https://b/{{prompt}}"), "url: no placeholder"),
        (("https://bot.example.org/chat", "https://a:b@bot/chat"), "holds credentials"),
        (("https://bot.example.org/chat", "bot/chat"), "must look like"),
    ],
)
def test_a_template_that_cannot_work_is_refused(tmp_path, change, message):
    path = write(tmp_path / "langbias.toml", BOT.replace(*change))
    with pytest.raises(InvalidDataError, match=message) as caught:
        parse_target("our-bot", read_configuration(path))
    assert "sk-live" not in str(caught.value)


def test_json_pointers():
    data = {"a/b": [{"~": "x"}], "": "empty"}
    assert pointer("/a~1b/0/~0", "f").find(data) == "x"
    assert pointer("/", "f").find(data) == "empty"
    assert pointer("", "f") == Pointer(())
    assert pointer("/a~1b/7/x", "f").find(data) is None
    assert pointer("/a~1b/-1", "f").find(data) is None


def test_a_template_sees_only_its_own_secret(monkeypatch):
    monkeypatch.setenv("OTHER", "other-secret")
    adapter = http_json(
        "https://b", headers={"x-key": "{{secret}}"}, body='["{{prompt}}"]', reply="/0", where="f", has_secret=True
    )
    request = adapter.request((Message("user", "$OTHER {{secret}}"),), RequestSettings(), "mine")
    assert ("x-key", "mine") in request.headers
    assert request.body == b'["$OTHER {{secret}}"]'
    assert "mine" not in repr(request)


# --- recorded replies

PROMPT = Prompt("s/ko/base", "s", "ko", "base", "casual", ("a", "b"), (), Provenance("t", "authored", "2026", "CC0"))


def answer(path: Path, turn: int = 0, repeat: int = 0):
    return read_replay(path).answer(Trial("t", PROMPT.id, "replay", repeat, 7), PROMPT, turn)


def test_recorded_jsonl(tmp_path):
    path = write(
        tmp_path / "r.jsonl",
        '{"prompt_id": "s/ko/base", "response": "네"}\n\n'
        '{"scenario": "s", "language": "KO", "turn": 1, "response": "", "extra": 1}\n'
        '{"scenario": "s", "language": "ko", "repeat": 1, "status": "blocked"}\n'
        '{"scenario": "s", "language": "ko", "repeat": 2, "response": "cut", '
        '"finish_reason": "length", "model": "m"}\n',
    )
    assert (answer(path).status, answer(path).text) == (Status.OK, "네")
    assert answer(path, turn=1).status is Status.EMPTY
    assert answer(path, repeat=1).status is Status.BLOCKED
    assert (answer(path, repeat=2).status, answer(path, repeat=2).model_reported) == (Status.TRUNCATED, "m")
    assert answer(path, repeat=3) is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sheet_filled_in_by_hand(tmp_path, delimiter):
    rows = [
        ["prompt_id", "turn", "repeat", "prompt", "response", "status"],
        ["s/ko/base", "0", "0", "q", '"two\nlines, and ; and "" too"', ""],
        ["s/ko/base", "1", "0", "q", "", ""],
        ["s/ko/base", "0", "1", "q", "", "empty"],
    ]
    path = write(tmp_path / "sheet.csv", "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows))
    assert answer(path).text == 'two\nlines, and ; and " too'
    assert answer(path, turn=1) is None, "a blank cell was not filled in yet"
    assert answer(path, repeat=1).status is Status.EMPTY


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.txt", b"", r"\.jsonl, \.csv, \.parquet"),
        ("r.jsonl", b"\xff\xfe{", "not UTF-8 at byte 0"),
        ("r.jsonl", b"{}\n", r":1: response: missing"),
        ("r.jsonl", b'{"response": "x"}\n', r":1: has neither prompt_id nor scenario and language"),
        ("r.jsonl", b"[1]\n", r":1: not a JSON object"),
        ("r.jsonl", b'{"prompt_id": "p", "response": "x"}\n{"a"\n', r":2: not JSON"),
        ("r.jsonl", b'{"prompt_id": "p", "response": 7}\n', r":1: response: must be text, not 7"),
        ("r.jsonl", b'{"prompt_id": "p", "response": "x", "turn": -1}\n', r":1: turn: must be a whole number"),
        ("r.jsonl", b'{"prompt_id": "p", "response": "x", "turn": true}\n', r":1: turn: must be a whole number"),
        ("r.jsonl", b'{"prompt_id": "p", "response": "x", "status": "blockd"}\n', "did you mean 'blocked'"),
        ("r.jsonl", b'{"prompt_id": "p", "response": "x", "status": "empty"}\n', "'empty', but response holds text"),
        ("r.jsonl", b'{"prompt_id": "p", "response": "x"}\n' * 2, r":2: a second reply to p, already at 1"),
        ("r.csv", b"", "has no column 'response'"),
        ("r.csv", b"prompt_id,answer\np,x\n", "has no column 'response'"),
        ("r.csv", b"prompt_id,response\np,x,y\n", r":2: more or fewer cells"),
        ("r.csv", b'prompt_id,response\np,"x\n', r"not CSV"),
        ("r.csv", b"prompt_id,turn,response\np,one,x\n", r":2: turn: must be a whole number"),
    ],
)
def test_bad_recordings_name_file_line_and_field(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidDataError, match=message) as caught:
        read_replay(path)
    assert str(path) in str(caught.value)
