"""The identifiers of UK practice: what each looks like, how it is checked, and the words that name it."""

from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength
from isa_guard.uk.identifiers.registry import BY_ENTITY, IDENTIFIERS

__all__ = ["BY_ENTITY", "IDENTIFIERS", "Identifier", "LeadsTo", "Strength"]
