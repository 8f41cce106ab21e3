"""pytest plugin: `pytest --langbias-target T [--langbias-policy P]` makes one audit and one test per check x language.

A test passes, fails, or is skipped where the run is too small to tell (`--langbias-strict`: fails). The fixture
`langbias_run` gives the audit to tests of your own. Unused, the plugin imports nothing of langbias.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from langbias.api import Audit
    from langbias.gate.verdict import GateResult
    from langbias.store import RunFolder

_AUDIT: pytest.StashKey[Audit] = pytest.StashKey()
_GATE: pytest.StashKey[GateResult] = pytest.StashKey()
_FOLDER: pytest.StashKey[Path] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin, in a group of their own."""
    group = parser.getgroup("langbias", "audit a chatbot in several languages")
    group.addoption("--langbias-target", metavar="T", help="What to audit, as in `langbias audit --target`.")
    group.addoption("--langbias-policy", metavar="P", default="usual", help="A policy file or the name of a sample.")
    group.addoption("--langbias-languages", metavar="TAGS", help="Comma-separated BCP 47 tags. Default: all.")
    group.addoption("--langbias-scenarios", metavar="S", default="core", help="core, all, or ids. Default: core.")
    group.addoption("--langbias-repeats", metavar="N", type=int, default=1, help="How often each prompt is asked.")
    group.addoption("--langbias-against", metavar="RUN", help="The run of the release before, for drops.")
    group.addoption("--langbias-output", metavar="DIR", help="Keep the run here, and go on with it next time.")
    group.addoption("--langbias-strict", action="store_true", help="Let what cannot be told fail.")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the tests of the audit; known beforehand, so that every worker of xdist collects the same."""
    if config.getoption("--langbias-target"):
        collector = _Collector.from_parent(session, name="langbias", nodeid="langbias")
        items.extend(collector.collect())


class _Collector(pytest.Collector):
    """The tests of one audit: checks x languages, and what the policy says must never happen."""

    def collect(self) -> Iterator[pytest.Item]:
        from langbias.errors import LangbiasError

        try:
            names = _cell_names(self.config)
        except LangbiasError as problem:
            raise pytest.UsageError(f"langbias: {problem}") from problem
        for check, language in names:
            yield _CellTest.from_parent(self, name=f"{check}[{language}]", check=check, language=language)


def _cell_names(config: pytest.Config) -> list[tuple[str, str]]:
    from langbias.corpus import load_corpus
    from langbias.gate.policy import load_policy
    from langbias.registry import check_names
    from langbias.tags import canonical

    policy = load_policy(config.getoption("--langbias-policy"))
    chosen = config.getoption("--langbias-languages")
    asked = [canonical(tag) for tag in chosen.split(",")] if chosen else load_corpus().languages
    languages = policy.languages_beside(asked)
    cells = [(check, language) for check in policy.checks_beside(check_names()) for language in languages]
    return cells + [(f"never: {n.id}", tag) for n in policy.never for tag in n.languages or languages]


class _CellTest(pytest.Item):
    """One check in one language."""

    def __init__(self, *, check: str, language: str, **more: Any) -> None:
        super().__init__(**more)
        self.check, self.language = check, language

    def runtest(self) -> None:
        """Judge the cell; the first one that runs makes the audit."""
        from langbias.gate.output import cell_words

        result = _gate(self.config)
        cells = [c for c in result.cells if (c.check_id, c.language) == (self.check, self.language)]
        if not cells:
            pytest.skip("the policy asks nothing here, or the check has nothing to judge in this language")
        for cell in cells:
            words = cell_words(cell)
            outcome = result.outcome(cell)
            self.user_properties.append(("langbias", words))
            if outcome == "fail":
                raise CellError(words)
            if outcome == "skip":
                pytest.skip(f"inconclusive: {words}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The clauses that failed, without a traceback of ours."""
        from langbias.errors import LangbiasError

        if isinstance(excinfo.value, CellError | LangbiasError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the test is said to stand: nowhere in a file."""
        return self.config.rootpath, None, f"langbias: {self.name}"


class CellError(Exception):
    """A cell that the policy does not let pass."""


@pytest.fixture(scope="session")
def langbias_run(request: pytest.FixtureRequest) -> Audit:
    """The audit of `--langbias-target`, made once for all tests (and all workers). Skips without that option."""
    if not request.config.getoption("--langbias-target"):
        pytest.skip("needs --langbias-target")
    return _audit(request.config)


def _gate(config: pytest.Config) -> GateResult:
    if _GATE not in config.stash:
        from langbias.api import gate

        config.stash[_GATE] = gate(
            _audit(config),
            config.getoption("--langbias-policy"),
            against=config.getoption("--langbias-against"),
            strict=config.getoption("--langbias-strict"),
        )
    return config.stash[_GATE]


def _audit(config: pytest.Config) -> Audit:
    """Collect and score once per session. Workers of xdist share the folder; the first one in makes the run."""
    if _AUDIT not in config.stash:
        from filelock import FileLock

        from langbias.api import load

        folder = _folder(config)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{folder.name}.langbias-lock"):
            if not (folder / "scoring.json").exists() or not _shared(config):
                _make(config, folder)
        config.stash[_AUDIT] = load(folder)
    return config.stash[_AUDIT]


def _shared(config: pytest.Config) -> bool:
    """Whether the folder belongs to this very session, so that what is there was made by another worker."""
    return config.getoption("--langbias-output") is None


def _folder(config: pytest.Config) -> Path:
    chosen = config.getoption("--langbias-output")
    if chosen is not None:
        return Path(chosen)
    if _FOLDER not in config.stash:
        import tempfile

        worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        base = Path(tempfile.gettempdir()) / f"langbias-{worker['testrunuid']}" if worker else None
        config.stash[_FOLDER] = base or Path(tempfile.mkdtemp(prefix="langbias-"))
    return config.stash[_FOLDER]


def _make(config: pytest.Config, folder: Path) -> None:
    import datetime

    from langbias.audit import Choice, collect_run, make_plan
    from langbias.collect import CollectSettings
    from langbias.corpus import load_corpus
    from langbias.errors import RunIncompleteError
    from langbias.registry import choose_checks
    from langbias.scoring import score_run
    from langbias.store import RunFolder
    from langbias.targets.configuration import read_configuration
    from langbias.targets.local import local_target
    from langbias.targets.specification import parse_target

    name = config.getoption("--langbias-target")
    file = config.rootpath / "langbias.toml"
    configuration = read_configuration(file) if file.exists() else None
    spec = local_target(None) if name == "local" else parse_target(name, configuration)
    choice = Choice(
        languages=config.getoption("--langbias-languages"),
        scenarios=config.getoption("--langbias-scenarios"),
        repeats=config.getoption("--langbias-repeats"),
        output=folder,
    )
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    plan = make_plan(choice, load_corpus(), [spec], now)
    report = collect_run(plan, CollectSettings(), lambda _: None)
    if report.turns == 0 and report.stored_before == 0:
        stopped = "; ".join(f"{each.target_id}: {each.reason}" for each in report.stopped)
        raise RunIncompleteError(f"nothing was answered ({stopped or 'no reply came'}); check the target")
    if report.turns or not _scored(RunFolder(folder)):
        score_run(RunFolder(folder), choose_checks(None), workers=1)


def _scored(folder: RunFolder) -> bool:
    """Whether the run was scored by all checks and the packs that are installed now."""
    from langbias.errors import InvalidDataError
    from langbias.packs import load_pack
    from langbias.registry import choose_checks
    from langbias.scoring import read_note

    try:
        note = read_note(folder)
    except InvalidDataError:
        return False
    return note.checks == choose_checks(None) and all(load_pack(pack.tag).version == pack for pack in note.packs)
