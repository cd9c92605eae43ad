"""The columns engine: the events as a table of DuckDB, the rules as SQL over it, what departs judged again in Python."""
