"""Reports: one module a format, each reading the same Run. None of them changes what was decided."""
