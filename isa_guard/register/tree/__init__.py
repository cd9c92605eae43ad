"""The tree over the records, the heads that are signed over it, and proofs of both."""
