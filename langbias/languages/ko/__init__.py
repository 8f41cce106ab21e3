"""Pack folder; see language.toml."""
