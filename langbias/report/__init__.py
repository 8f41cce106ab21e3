"""From a run and its summary to pages people can read: HTML, Markdown, CSV and JSON."""
