"""Releases that went before, kept by digests and counts, and what a new one gives away together with them."""
