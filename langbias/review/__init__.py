"""Human review of a run: draw replies for native raters, read their answers back, and see how far all agree."""
