"""Follows logs as they grow: what is open is kept in one file, and each finding is told once, as soon as it is sure."""
