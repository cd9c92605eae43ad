"""Statistical disclosure control: whether a table or a set of records gives away what it was meant to withhold."""
