"""The Spark engine: the events as files that executors read side by side, the rules as SQL, what departs judged again in Python."""
