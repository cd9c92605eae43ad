"""Proposes a log map from a sample of a log: guesses that load and map the sample, for a person to mend."""
