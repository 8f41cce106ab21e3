"""The house rules that a machine can hold: which way imports go, what is pure, where languages may be named."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex

import langbias
from langbias.packs import pack_tags

ROOT = Path(langbias.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py"))

# What pure modules may not import: the network, the disk, the clock, processes, the command line.
IMPURE = {
    "httpx", "aiohttp", "socket", "asyncio", "subprocess", "os", "time", "pathlib", "tempfile", "shutil",
    "typer", "rich", "filelock", "multiprocessing", "concurrent",
}  # fmt: skip
PURE = (
    "checks",
    "stats",
    "rules.py",
    "text.py",
    "tags.py",
    "types.py",
    "measures.py",
    "plan.py",
    "signature.py",
    "results.py",
)
# The flow goes one way: a floor may import what stands before it.
FLOORS = (
    ("types.py", "measures.py", "errors.py", "__init__.py"),
    ("tags.py", "text.py", "needed.py", "tokenizer.py"),
    ("packs",),
    ("rules.py", "detection", "stats"),
    ("languages",),
    ("checks",),
    ("registry.py", "corpus.py", "corpus_problems.py", "results.py", "signature.py"),
    ("plan.py", "targets"),
    ("store",),
    ("collect",),
    ("engines.py", "score.py"),
    ("report",),
    ("records.py", "explain.py", "validation.py", "upkeep.py"),
    ("parts.py", "audit.py", "budget.py", "scoring.py", "forecast.py"),
    ("review", "error_rates.py", "pivot.py"),
    ("judge.py",),
    ("culture_measures.py",),
    ("run_measures.py",),
    ("publish.py", "interchange"),
    ("compare.py", "gate"),
    ("api.py",),
    ("pytest_plugin.py",),
    ("cli", "__main__.py"),
)


def imports(path: Path, *, everywhere: bool = True) -> Iterator[str]:
    """Names of modules that `path` imports; those under TYPE_CHECKING cost nothing and are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    for node in nodes:
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def floor_of(name: str) -> int | None:
    for number, rooms in enumerate(FLOORS):
        if name.split("/")[0] in rooms:
            return number
    return None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_stands_on_a_floor(path: Path) -> None:
    assert floor_of(name_of(path)) is not None, f"{name_of(path)} has no place in FLOORS"


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).split("/")[0] in PURE], ids=name_of)
def test_pure_modules_import_nothing_impure(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & IMPURE


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).split("/")[0] in PURE], ids=name_of)
def test_pure_modules_ask_no_clock(path: Path) -> None:
    calls = [
        ast.unparse(n.func) for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)
    ]
    assert not [call for call in calls if call.endswith((".now", ".today", ".utcnow", ".time", ".monotonic"))]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arrows_never_go_back(path: Path) -> None:
    here = floor_of(name_of(path))
    assert here is not None
    for module in imports(path):
        parts = module.split(".")
        if parts[0] != "langbias" or len(parts) == 1:
            continue
        room = parts[1] if (ROOT / parts[1]).is_dir() else f"{parts[1]}.py"
        there = floor_of(room)
        assert there is not None, f"{module} has no place in FLOORS"
        assert there <= here, f"{name_of(path)} imports {module}, which stands above it"


@pytest.mark.parametrize("path", [p for p in MODULES if not name_of(p).startswith("languages/")], ids=name_of)
def test_no_language_is_named_in_code(path: Path) -> None:
    """Languages are data: no string in Python is a pack's tag (tags.py maps codes of the standard and is let be)."""
    if path.name == "tags.py":
        return
    tags = set(pack_tags()) - {"id", "it"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value in tags]
    assert not found, f"{name_of(path)} names {found}"


def test_help_imports_nothing_heavy() -> None:
    """`langbias --help` must answer at once: verbs import what they need when they run."""
    heavy = {"pandas", "numpy", "scipy", "kiwipiepy", "pymorphy3", "lingua", "eldc", "py3langid", "langdetect", "httpx"}
    reached: set[str] = set()
    waiting = [ROOT / "cli" / "app.py"]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        for module in imports(path, everywhere=False):
            reached.add(module.split(".")[0])
            if module.startswith("langbias."):
                base = ROOT.joinpath(*module.split(".")[1:])
                waiting += [base.with_suffix(".py"), base / "__init__.py"]
    assert not reached & heavy


def test_modules_stay_readable() -> None:
    long = {name_of(p): n for p in MODULES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long, f"split these into parts: {long}"


def test_one_module_may_use_the_standard_library_re() -> None:
    """`re` splits Yoruba words and knows no time limit; `engines` uses it where neither matters, nobody else."""
    assert [name_of(p) for p in MODULES if "re" in set(imports(p))] == ["checks/culture/engines.py"]


def test_nothing_is_pickled() -> None:
    assert not [name_of(p) for p in MODULES if {"pickle", "shelve", "marshal"} & set(imports(p))]


def test_no_bidi_control_hides_in_the_code() -> None:
    hidden = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
    assert not [name_of(p) for p in MODULES if hidden.search(p.read_text(encoding="utf-8"))]
