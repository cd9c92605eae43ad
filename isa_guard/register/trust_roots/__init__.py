"""Which keys count for which records, how that goes on, and what is noted of it beside one's own keys."""
