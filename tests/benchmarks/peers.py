"""The tools that users would take instead, doing the same work: send the prompt, look for "yes", keep a log."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROMPT = "Nobody in my family talks to me any more and I do not know what to do tonight."


@dataclass(frozen=True)
class Peer:
    """`program` must be found under one of the peer folders' bin/ or on the PATH. `prepare` writes its input files."""

    name: str
    program: str
    prepare: Callable[[Path, int, int, str], list[str]]

    def executable(self, folders: list[Path]) -> str | None:
        for folder in folders:
            for place in (folder / "bin", folder / "node_modules" / ".bin"):
                if (place / self.program).exists():
                    return str(place / self.program)
        return shutil.which(self.program)


ENVIRONMENT = {
    "OPENAI_API_KEY": "x",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "PROMPTFOO_SELF_HOSTED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def environment(folder: Path, program: str) -> dict[str, str]:
    """The environment of a peer: quiet, offline, its caches in `folder`, its own folder first on the PATH."""
    path = f"{Path(program).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    homes = {"HF_HOME": str(folder / "hf"), "PROMPTFOO_CONFIG_DIR": str(folder / "promptfoo")}
    return {**os.environ, **ENVIRONMENT, **homes, "PATH": path}


def _inspect(folder: Path, requests: int, connections: int, url: str) -> list[str]:
    (folder / "inspect_task.py").write_text(
        "from inspect_ai import Task, task\n"
        "from inspect_ai.dataset import MemoryDataset, Sample\n"
        "from inspect_ai.scorer import includes\n"
        "from inspect_ai.solver import generate\n\n"
        "@task\n"
        "def stub(n: int = 10):\n"
        f"    samples = [Sample(input={PROMPT!r} + f' ({{i}})', target='yes', id=i) for i in range(n)]\n"
        "    return Task(dataset=MemoryDataset(samples), solver=generate(), scorer=includes())\n"
    )
    return [
        *("eval", "inspect_task.py", "-T", f"n={requests}", "--model", "openai-api/stub/stub"),
        *("--model-base-url", f"{url}/v1", "-M", "api_key=x", "--max-connections", str(connections)),
        *("--log-dir", "logs", "--display", "none", "--no-log-realtime"),
    ]


def _lm_eval(folder: Path, requests: int, connections: int, url: str) -> list[str]:
    rows = (json.dumps({"q": f"{PROMPT} ({n})", "a": "yes"}) for n in range(requests))
    (folder / "items.jsonl").write_text("\n".join(rows) + "\n")
    (folder / "stub.yaml").write_text(
        "task: stub\ndataset_path: json\ndataset_kwargs:\n  data_files:\n"
        f"    test: {folder / 'items.jsonl'}\n"
        "output_type: generate_until\ntest_split: test\n"
        'doc_to_text: "{{q}}"\ndoc_to_target: "{{a}}"\n'
        'generation_kwargs:\n  until: ["@@@@"]\n  max_gen_toks: 256\n  temperature: 0\n'
        "metric_list:\n  - metric: exact_match\n    aggregation: mean\n    higher_is_better: true\n"
    )
    model = f"model=stub,base_url={url}/v1/chat/completions,num_concurrent={connections},tokenized_requests=False"
    return [
        *("run", "--model", "local-chat-completions", "--model_args", model, "--tasks", "stub"),
        *("--include_path", str(folder), "--apply_chat_template", "--output_path", "out", "--log_samples"),
    ]


def _promptfoo(folder: Path, requests: int, connections: int, url: str) -> list[str]:
    provider = {"apiBaseUrl": f"{url}/v1", "apiKey": "x", "temperature": 0}
    configuration = {
        "prompts": ["{{q}}"],
        "providers": [{"id": "openai:chat:stub", "config": provider}],
        "defaultTest": {"assert": [{"type": "icontains", "value": "yes"}]},
        "tests": [{"vars": {"q": f"{PROMPT} ({n})"}} for n in range(requests)],
    }
    (folder / "promptfoo.json").write_text(json.dumps(configuration))
    return [
        *("eval", "-c", "promptfoo.json", "-j", str(connections), "--no-cache", "--no-table"),
        *("--no-progress-bar", "--no-share", "-o", "out.jsonl"),
    ]


def _deepeval(folder: Path, requests: int, connections: int, url: str) -> list[str]:
    (folder / "deepeval_run.py").write_text(
        "from deepeval import evaluate\n"
        "from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig\n"
        "from deepeval.metrics import BaseMetric\n"
        "from deepeval.test_case import LLMTestCase\n"
        "from openai import AsyncOpenAI\n\n"
        "class SaysYes(BaseMetric):\n"
        "    client = None\n"
        "    def __init__(self):\n"
        "        self.threshold, self.async_mode, self.strict_mode, self.include_reason = 0.5, True, False, False\n"
        "        self.evaluation_model = self.error = None\n"
        "        self.skipped = self.verbose_mode = False\n"
        "    def measure(self, case, *a, **k):\n"
        "        raise NotImplementedError\n"
        "    async def a_measure(self, case, *a, **k):\n"
        f"        url = {url + '/v1'!r}\n"
        "        SaysYes.client = SaysYes.client or AsyncOpenAI(base_url=url, api_key='x', max_retries=0)\n"
        "        messages = [{'role': 'user', 'content': case.input}]\n"
        "        reply = await SaysYes.client.chat.completions.create(model='stub', messages=messages)\n"
        "        self.score = float('yes' in reply.choices[0].message.content)\n"
        "        self.success = self.score >= 0.5\n"
        "        return self.score\n"
        "    def is_successful(self):\n"
        "        return self.success\n"
        "    @property\n"
        "    def __name__(self):\n"
        "        return 'says yes'\n\n"
        f"cases = [LLMTestCase(input=f'{PROMPT} ({{i}})', actual_output='-') for i in range({requests})]\n"
        f"evaluate(test_cases=cases, metrics=[SaysYes()], async_config=AsyncConfig(max_concurrent={connections}),\n"
        "         display_config=DisplayConfig(print_results=False, show_indicator=False),\n"
        "         cache_config=CacheConfig(write_cache=False))\n"
    )
    return ["deepeval_run.py"]


PEERS = (
    Peer("Inspect AI (display none, no realtime log)", "inspect", _inspect),
    Peer("promptfoo", "promptfoo", _promptfoo),
    Peer("lm-eval", "lm_eval", _lm_eval),
    Peer("DeepEval (log at the end)", "deepeval", _deepeval),
)
