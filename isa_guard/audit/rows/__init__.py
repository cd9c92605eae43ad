"""The rows engine: events one by one in Python, one pass, and memory for what is still open alone."""
