"""The embedded model's file: joined once, checked always, every failure named with its remedy."""

import hashlib
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from langbias.errors import LocalModelError, MissingExtraError
from langbias.targets import local


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    found = [tmp_path / f"part{n}.bin" for n in (1, 2, 3)]
    for number, path in enumerate(found):
        path.write_bytes(bytes([number]) * 1000)
    return found


def sha(parts: list[Path]) -> str:
    return hashlib.sha256(b"".join(p.read_bytes() for p in parts)).hexdigest()


def test_parts_are_joined_in_order_and_kept(tmp_path: Path, parts: list[Path]) -> None:
    cache = tmp_path / "cache"
    path = local.model_path(cache, parts, sha(parts))
    assert path.read_bytes() == b"".join(p.read_bytes() for p in parts)
    before = path.stat().st_mtime_ns
    assert local.model_path(cache, parts, sha(parts)).stat().st_mtime_ns == before
    assert [f.name for f in cache.iterdir()] == [path.name]


def test_a_wrong_hash_after_joining_leaves_nothing_behind(tmp_path: Path, parts: list[Path]) -> None:
    with pytest.raises(LocalModelError, match=r"SHA-256 differs.*langbias\[local\]"):
        local.model_path(tmp_path / "cache", parts, "0" * 64)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_file_is_removed_and_joined_anew(tmp_path: Path, parts: list[Path]) -> None:
    cache = tmp_path / "cache"
    path = local.model_path(cache, parts, sha(parts))
    path.write_bytes(b"damaged")
    with pytest.raises(LocalModelError, match="run again to rejoin"):
        local.model_path(cache, parts, sha(parts))
    assert local.model_path(cache, parts, sha(parts)).stat().st_size == 3000


def test_a_full_disk_is_named_with_its_remedy(
    tmp_path: Path, parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 0))
    with pytest.raises(LocalModelError, match=r"No space left on device.*LANGBIAS_CACHE"):
        local.model_path(tmp_path / "cache", parts, sha(parts))
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_disk_that_fills_while_writing_leaves_nothing_behind(tmp_path: Path, parts: list[Path]) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    blocked = parts[1]
    blocked.unlink()
    blocked.mkdir()  # reading a folder fails in the middle of the join
    with pytest.raises(LocalModelError, match="cannot write the model"):
        local.model_path(cache, parts, "0" * 64)
    assert list(cache.iterdir()) == []


def test_missing_parts_name_the_first_one_and_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise local.PackageNotFoundError(name)

    monkeypatch.setattr(local, "files", absent)
    with pytest.raises(LocalModelError, match=r"part 1 of 22 is missing.*pip install 'langbias\[local\]'"):
        local.part_files()


def test_a_missing_runtime_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "runtime_version", lambda: None)
    with pytest.raises(MissingExtraError, match=r"langbias\[local\]"), local.served():
        pass


def test_a_gguf_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "runtime_version", lambda: "1")
    with (
        pytest.raises(LocalModelError, match=r"--gguf .*none\.gguf: no such file"),
        local.served(tmp_path / "none.gguf"),
    ):
        pass


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    if local.runtime_version() is None:
        pytest.skip("the runtime is not installed (extra `local`)")
    path = tmp_path / "bad.gguf"
    path.write_bytes(b"GGUF" + b"x" * 100)
    with pytest.raises(LocalModelError, match="does not load"), local.served(path):
        pass


def test_the_target_is_greedy_uncached_and_serial() -> None:
    spec = local.local_target()
    assert {(p.name, p.value) for p in spec.target.params} >= {("cache_prompt", False), ("temperature", 0.0)}
    assert spec.pace.max_connections == 1
    assert spec.target.secret_env is None
