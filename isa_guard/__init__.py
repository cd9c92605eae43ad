"""isa-guard: an Information Sharing Agreement as data, and every transfer held to it."""

__version__ = "0.1.0"
