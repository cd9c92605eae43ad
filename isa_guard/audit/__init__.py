"""Logs of what was done, held to the agreement: lines are read, mapped to events, and judged."""
