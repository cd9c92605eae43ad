"""How the lines of one kind of log become events: one YAML document for each source."""
