"""Reading logs of Inspect AI: `.eval` (a zip of one JSON a sample) and `.json`.

Format: `inspect_ai.log.EvalLog`, version 2. Since 0.3.206 the zip is packed with zstandard (method 93), which the
standard library reads from Python 3.14 on; until then pyarrow's codec does it.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from langbias.errors import InvalidDataError, MissingExtraError
from langbias.targets.payload import MalformedBodyError, decode_json, dig, items_at, text_at

_ZSTANDARD = 93
_LARGEST_SAMPLE = 256 * 2**20
_LOCAL_HEADER = struct.Struct("<26xHH")
_STATUSES = {"content_filter": "blocked", "max_tokens": "truncated", "model_length": "truncated"}

Say = Callable[[str, str], None]
Records = Iterator[tuple[str, dict[str, object]]]


def eval_records(path: Path, say: Say) -> Records:
    """The records of a `.eval` log, sample by sample; a log that was cut short gives the samples it has.

    Raises InvalidDataError for a file that is no zip, MissingExtraError when only pyarrow could unpack it.
    """
    try:
        archive = zipfile.ZipFile(path)
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be read ({problem.strerror or problem}); check the file") from problem
    except zipfile.BadZipFile as problem:
        raise InvalidDataError(f"{path}: not an Inspect log (no zip archive); check the file") from problem
    with archive:
        names = {entry.filename: entry for entry in archive.infolist()}
        header = names.get("header.json") or names.get("_journal/start.json")
        if header is None:
            raise InvalidDataError(f"{path}: not an Inspect log (it has no header.json); check the file")
        try:
            target = text_at(decode_json(_unpacked(path, archive, header)), "eval", "model") or ""
        except (MalformedBodyError, zipfile.BadZipFile) as problem:
            raise InvalidDataError(f"{path}: {header.filename} is damaged ({problem}); write the log anew") from problem
        for name, entry in names.items():
            if not name.startswith("samples/"):
                continue
            try:
                if entry.file_size > _LARGEST_SAMPLE:
                    raise MalformedBodyError(f"larger than {_LARGEST_SAMPLE} bytes")
                sample = decode_json(_unpacked(path, archive, entry))
            except (MalformedBodyError, zipfile.BadZipFile) as problem:
                say(name, str(problem).replace("the reply", "it"))
                continue
            yield from _sample_records(sample, target, name, say)


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.compress_type != _ZSTANDARD:
        return archive.read(entry)
    try:
        from pyarrow import ArrowException, Codec
    except ImportError as problem:
        raise MissingExtraError(
            f"{path}: is packed with zstandard; install pyarrow: pip install 'langbias[parquet]'"
        ) from problem
    with path.open("rb") as file:
        file.seek(entry.header_offset)
        name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(name_length + extra_length, 1)
        packed = file.read(entry.compress_size)
    try:
        return bytes(Codec("zstd").decompress(packed, entry.file_size, asbytes=True))
    except (ArrowException, OSError) as problem:
        raise MalformedBodyError("its compression is damaged") from problem


def inspect_records(log: object, say: Say) -> Records:
    """The records of a decoded `.json` log."""
    target = text_at(log, "eval", "model") or ""
    for number, sample in enumerate(items_at(log, "samples")):
        yield from _sample_records(sample, target, f"sample {number}", say)


def _sample_records(sample: object, target: str, where: str, say: Say) -> Records:
    """One record for each reply in the sample's transcript, and one for the failure that ended it."""
    metadata = dig(sample, "metadata")
    language = text_at(metadata, "language") or text_at(metadata, "lang") or text_at(metadata, "locale")
    sample_id, epoch = dig(sample, "id"), dig(sample, "epoch")
    if language is None:
        say(where, "its metadata has no language; put a BCP 47 tag there")
        return
    repeat = epoch - 1 if isinstance(epoch, int) and epoch > 0 else 0
    common = {"language": language, "target": target, "repeat": repeat}
    common["scenario"] = text_at(metadata, "scenario") or str(sample_id)
    if isinstance(variant := text_at(metadata, "variant"), str):
        common["variant"] = variant
    first_turn = dig(metadata, "turn")
    history: list[dict[str, str]] = []
    attachments = dig(sample, "attachments")
    messages = items_at(sample, "messages")
    last = max((n for n, message in enumerate(messages) if dig(message, "role") == "assistant"), default=-1)
    skip = first_turn if isinstance(first_turn, int) else 0
    turn = 0
    for number, message in enumerate(messages):
        role, text = text_at(message, "role") or "", _text(dig(message, "content"), attachments)
        if role == "assistant":
            # A log of ours holds one sample a turn, whose earlier replies are records of their own.
            if turn >= skip:
                stop = text_at(sample, "output", "choices", 0, "stop_reason") if number == last else "stop"
                status = _STATUSES.get(stop or "", "ok") if text.strip() or stop in _STATUSES else "empty"
                yield (
                    where,
                    {
                        **common,
                        "id": f"{sample_id}/{repeat}/{turn}",
                        "turn": turn,
                        "response": text,
                        "prompt": list(history),
                        "status": status,
                        "finish_reason": stop,
                    },
                )
            turn += 1
        if role in ("system", "user", "assistant"):
            history.append({"role": role, "content": text})
    if error := text_at(sample, "error", "message"):
        failure = {"response": "", "status": "failed", "error": error, "prompt": history}
        yield where, {**common, "id": f"{sample_id}/{repeat}/{turn}", "turn": turn, **failure}


def _text(content: object, attachments: object) -> str:
    """The text of a message; Inspect keeps long texts once, under the sample's attachments."""
    if isinstance(content, list):
        return "".join(_text(dig(part, "text"), attachments) for part in content if dig(part, "type") == "text")
    if not isinstance(content, str):
        return ""
    if content.startswith("attachment://"):
        return text_at(attachments, content.removeprefix("attachment://")) or ""
    return content
