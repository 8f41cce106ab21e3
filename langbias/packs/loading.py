"""Find and read language packs: the built-in folders, and those that plugins bring."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import TypeVar

from langbias.errors import UsageError
from langbias.packs.artifacts import ArtifactsFile
from langbias.packs.culture import CultureFile, Resource, ResourcesFile, with_base
from langbias.packs.decode import read_toml
from langbias.packs.fidelity import FidelityFile
from langbias.packs.honorifics import HonorificsFile
from langbias.packs.language import GoodRepliesFile, LanguageFile
from langbias.packs.rule import Rule
from langbias.tags import canonical, closest, fallback_chain
from langbias.types import Language, PackVersion

Shape = TypeVar("Shape")
BASE = "_base"
# Files of a pack that judge no reply, and so are no part of its digest.
NO_RULES = ("validation.toml", "judge.toml", "findings.toml")


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """All data about one language. Rules of `_base` stand before the language's own; ids are full ids.

    `resources` is the registry of every pack: a resource belongs to a country, not to a language.
    """

    language: Language
    version: PackVersion
    reviewers: tuple[str, ...]
    fidelity: FidelityFile
    honorifics: HonorificsFile
    artifacts: ArtifactsFile
    culture: CultureFile
    good_replies: GoodRepliesFile
    fidelity_rules: tuple[tuple[str, Rule], ...]
    honorifics_rules: tuple[tuple[str, Rule], ...]
    artifacts_rules: tuple[tuple[str, Rule], ...]
    resources: tuple[Resource, ...]


@lru_cache(maxsize=1)
def _folders() -> dict[str, Traversable]:
    root = files("langbias") / "languages"
    found = {entry.name: entry for entry in root.iterdir() if (entry / "language.toml").is_file()}
    found[BASE] = root / BASE
    for point in entry_points(group="langbias.languages"):
        found.setdefault(point.name, files(point.load()))
    return found


def pack_tags() -> tuple[str, ...]:
    """Tags of all installed packs, sorted; `_base` left out."""
    return tuple(sorted(tag for tag in _folders() if tag != BASE))


def pack_folder(tag: str) -> Traversable:
    """The folder of a pack, `_base` included. Raises UsageError for an unknown tag."""
    if tag in _folders():
        return _folders()[tag]
    raise UsageError(f"no language pack for {tag!r}{closest(tag, pack_tags())}")


def resolve_tag(tag: str) -> str:
    """The pack tag that serves `tag`, by RFC 4647 lookup (`ko-KR` -> `ko`). Raises UsageError when none does."""
    for candidate in fallback_chain(tag):
        if candidate in _folders():
            return candidate
    raise UsageError(f"no language pack for {canonical(tag)!r}{closest(tag, pack_tags())}")


def _part(tag: str, name: str, shape: type[Shape]) -> Shape:
    path = pack_folder(tag) / f"{name}.toml"
    return read_toml(path, shape) if path.is_file() else shape()


def pack_parts(tag: str) -> tuple[str, ...]:
    """Names of the data files a pack has: which checks know this language."""
    return tuple(sorted(e.name.removesuffix(".toml") for e in pack_folder(tag).iterdir() if e.name.endswith(".toml")))


@lru_cache(maxsize=1)
def all_resources() -> tuple[Resource, ...]:
    """The resources of every pack, in order of region and id."""
    found = [r for tag in sorted(_folders()) for r in _part(tag, "resources", ResourcesFile).resource]
    return tuple(sorted(found, key=lambda r: (r.region, r.id)))


@lru_cache(maxsize=64)
def pack_version(tag: str) -> PackVersion:
    """Version and content hash of a pack, `_base` and the shared resources folded in."""
    digest = hashlib.sha256()
    version = _part(tag, "language", LanguageFile).version if tag != BASE else 1
    for name in (BASE, tag):
        for entry in sorted(pack_folder(name).iterdir(), key=lambda e: e.name):
            # How well the checks were found to do moves no verdict.
            if entry.name.endswith((".toml", ".py", ".npz", ".model")) and entry.name not in NO_RULES:
                digest.update(entry.name.encode())
                digest.update(entry.read_bytes())
    return PackVersion(tag=tag, version=version, digest=digest.hexdigest()[:12])


@lru_cache(maxsize=64)
def load_pack(tag: str) -> LanguagePack:
    """The pack that serves the BCP 47 tag `tag`, parents tried in turn.

    Raises UsageError when there is none, InvalidDataError when a file breaks its format.
    """
    tag = resolve_tag(tag)
    about = read_toml(pack_folder(tag) / "language.toml", LanguageFile)
    fidelity = _part(tag, "fidelity", FidelityFile)
    honorifics = _part(tag, "honorifics", HonorificsFile)
    artifacts = _part(tag, "artifacts", ArtifactsFile)
    return LanguagePack(
        language=Language(
            about.tag, about.script, about.name, about.native_name, about.direction, about.regions, about.parent
        ),
        version=pack_version(tag),
        reviewers=about.reviewers,
        fidelity=fidelity,
        honorifics=honorifics,
        artifacts=artifacts,
        culture=with_base(_part(BASE, "culture", CultureFile), _part(tag, "culture", CultureFile)),
        good_replies=_part(tag, "good_replies", GoodRepliesFile),
        fidelity_rules=_full(tag, "fidelity", _part(BASE, "fidelity", FidelityFile).rule, fidelity.rule),
        honorifics_rules=_full(tag, "honorifics", (), honorifics.rule),
        artifacts_rules=_full(tag, "artifacts", _part(BASE, "artifacts", ArtifactsFile).rule, artifacts.rule),
        resources=all_resources(),
    )


def _full(tag: str, name: str, base: tuple[Rule, ...], own: tuple[Rule, ...]) -> tuple[tuple[str, Rule], ...]:
    """Rules that are in force under their full ids; a retired rule stays in its file and leaves the checks."""
    named = [(f"{BASE}/{name}/{rule.id}", rule) for rule in base]
    named += [(f"{tag}/{name}/{rule.id}", rule) for rule in own]
    return tuple((full_id, rule) for full_id, rule in named if rule.status != "retired")


def load_morphology(tag: str) -> ModuleType | None:
    """The pack's `morphology` module (one function, `analyse(text) -> tuple[Token, ...]`), or None if it has none."""
    if not (pack_folder(tag) / "morphology.py").is_file():
        return None
    for point in entry_points(group="langbias.languages"):
        if point.name == tag:
            return import_module(f"{point.value}.morphology")
    return import_module(f"langbias.languages.{tag}.morphology")
