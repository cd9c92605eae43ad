"""The register: signed records of decisions, in an append-only log that a stranger can check."""
