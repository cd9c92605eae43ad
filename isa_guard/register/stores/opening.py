"""Where a register lies, by the setting that says so: a folder, or a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from isa_guard.register.stores.directory import Directory

if TYPE_CHECKING:
    from isa_guard.register.stores.store import Store

_POSTGRESQL = ("postgresql://", "postgres://")


def open_store(where: str | Path) -> Store:
    """Answer the store at a folder or at a `postgresql://` address; nothing of it is read yet.

    Raises UsageError where the address asks for what is not installed.
    """
    if isinstance(where, str) and where.startswith(_POSTGRESQL):
        from isa_guard.register.stores.postgresql import PostgreSQL

        return PostgreSQL(where)
    return Directory(Path(where))
