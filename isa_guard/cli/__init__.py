"""The command line. The only place that reads the clock, the terminal and the environment."""
