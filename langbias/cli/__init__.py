"""The command line: one file per verb, no logic here but exit codes."""

from __future__ import annotations

import gc
import sys
import tempfile
import traceback
from pathlib import Path

from langbias.errors import LangbiasError

EXIT_BUG = 5
EXIT_INTERRUPTED = 130
_INTERRUPTED = "langbias: interrupted; all that was collected is kept. Run the same command again to go on"


def main() -> None:
    """Entry point of the `langbias` command: runs a verb and ends the process with its exit code."""
    # Importing and decoding make many objects that stay: looking through them all the time is a tenth of the start.
    gc.set_threshold(50_000, 20, 50)
    code = run(sys.argv[1:])
    gc.freeze()  # nor does the end of a process need to look through them
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code (see README, "Exit codes"). Expected errors are one line."""
    from langbias.cli.app import app

    try:
        code = app(args=arguments, standalone_mode=False, prog_name="langbias")
    except LangbiasError as problem:
        print(f"langbias: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print(_INTERRUPTED, file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`| head`); nothing is wrong.
        sys.stderr.close()
        return 0
    except Exception as problem:
        return _other(problem)
    if code == EXIT_INTERRUPTED:
        print(_INTERRUPTED, file=sys.stderr)
    return code if isinstance(code, int) else 0


def _other(problem: Exception) -> int:
    """Usage errors of the command-line library as one line and code 2; anything else is our bug, kept in a file."""
    import typer

    if isinstance(problem, typer.Abort):
        print(_INTERRUPTED, file=sys.stderr)
        return EXIT_INTERRUPTED
    message = getattr(problem, "format_message", None)
    if message is not None:
        print(f"langbias: {message()} Try: langbias --help", file=sys.stderr)
        return int(getattr(problem, "exit_code", 2))
    with tempfile.NamedTemporaryFile("w", prefix="langbias-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exception(problem, file=file)
    name = type(problem).__name__
    print(
        f"langbias: internal error ({name}); nothing stored was lost. Please report {Path(file.name)}", file=sys.stderr
    )
    return EXIT_BUG
