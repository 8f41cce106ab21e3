"""Recorded replies in the files of other tools and in Parquet, as plain records."""
