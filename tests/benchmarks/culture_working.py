"""Measure advice extraction in the working languages: `culture_working.py [--data DIR] [TAG ...]`.

Reads `DIR/<tag>.tsv` in the format of `culture.py` and prints one Markdown row a language. The sentences and the packs
are of one author, so a figure is an upper bound.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from culture import extraction

from langbias.packs import pack_tags

DATA = Path(__file__).parent / "culture_data" / "working"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("tags", nargs="*", help="default: each language that DIR holds")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--errors", action="store_true", help="print each sentence that went wrong first")
    options = parser.parse_args()
    data: Path = options.data
    tags = options.tags or [tag for tag in pack_tags() if (data / f"{tag}.tsv").is_file()]
    measured = [(tag, extraction([data / f"{tag}.tsv"], tag, options.errors)) for tag in tags]
    print("| language | sentences | precision | recall | polarity accuracy | conditional accuracy |")
    print("|---|---|---|---|---|---|")
    for tag, rows in measured:
        print(f"| {tag} | {rows[0].n} | " + " | ".join(f"{row.value:.3f}" for row in rows) + " |")


if __name__ == "__main__":
    main()
