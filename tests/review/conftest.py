"""An office with an empty register, as for acts."""

from tests.acts.conftest import desk

__all__ = ["desk"]
