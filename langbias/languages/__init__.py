"""One folder per language: data that the checks read, and at most one module, `morphology`."""
