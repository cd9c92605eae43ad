"""What leaves the register so that strangers can check it: tiles, proofs, evidence bundles."""
