"""What an agreement asks of people over time: running clocks, and the annual review."""
