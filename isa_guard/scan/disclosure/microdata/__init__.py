"""Records of single people under a claim that they are anonymised or pseudonymised."""
