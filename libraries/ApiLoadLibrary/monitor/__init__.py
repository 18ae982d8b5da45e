"""Watching hosts while load runs."""
