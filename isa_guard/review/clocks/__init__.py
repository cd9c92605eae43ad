"""Every clock that runs: one module for each kind of matter, each read off the register and the agreement."""
