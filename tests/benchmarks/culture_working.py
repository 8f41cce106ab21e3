"""Measure advice extraction in the working languages: `python tests/benchmarks/culture_working.py [--errors] [TAG ...]`.

Reads `culture_data/working/<tag>.tsv` in the format of `culture.py` and prints one Markdown row a language. Goals are
those of the core languages; the sentences and the packs are of one author, so a figure is an upper bound.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from culture import extraction

DATA = Path(__file__).parent / "culture_data" / "working"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("tags", nargs="*", default=sorted(path.stem for path in DATA.glob("*.tsv")))
    parser.add_argument("--errors", action="store_true", help="print each sentence that went wrong first")
    options = parser.parse_args()
    measured = [(tag, extraction(DATA / f"{tag}.tsv", tag, options.errors)) for tag in options.tags]
    print("| language | sentences | precision | recall | polarity accuracy | conditional accuracy |")
    print("|---|---|---|---|---|---|")
    for tag, rows in measured:
        print(f"| {tag} | {rows[0].n} | " + " | ".join(f"{row.value:.3f}" for row in rows) + " |")


if __name__ == "__main__":
    main()
