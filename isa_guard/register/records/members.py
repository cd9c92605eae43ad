"""The members of a JSON object, each read as the type that it must have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from isa_guard.register.faults import RecordError

if TYPE_CHECKING:
    from isa_guard.register.strict_json import Json

DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


class Members:
    """An object being read; every method raises RecordError with the name of what is wrong."""

    def __init__(self, value: Json, what: str) -> None:
        if not isinstance(value, dict):
            raise RecordError(f"{what} is no object")
        self.found = value
        self.what = what

    def only(self, *names: str) -> None:
        """Refuse a member that is none of `names`, and an object that lacks one."""
        if set(self.found) != set(names):
            raise RecordError(f"{self.what} has other members than it should")

    def text(self, name: str) -> str:
        """Answer a text."""
        value = self.found.get(name)
        if not isinstance(value, str):
            raise RecordError(f"{self.what} lacks the text `{name}`")
        return value

    def number(self, name: str) -> int:
        """Answer a whole number from 0."""
        value = self.found.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise RecordError(f"{self.what} lacks the number `{name}`")
        return value

    def list(self, name: str) -> list[Json]:
        """Answer a list."""
        value = self.found.get(name)
        if not isinstance(value, list):
            raise RecordError(f"{self.what} lacks the list `{name}`")
        return value

    def object(self, name: str) -> Members:
        """Answer an object within this one."""
        return Members(self.found.get(name), f"`{name}`")

    def digest(self) -> str:
        """Answer the SHA-256 that the object `{"sha256": ...}` holds."""
        value = self.text("sha256")
        if not DIGEST.match(value):
            raise RecordError(f"{self.what} is no SHA-256 digest")
        return value
