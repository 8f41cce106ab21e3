"""`python -m langbias`."""

from langbias.cli import main

main()
