"""The library that holds tables, imported where the first is read: it costs a fifth of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType


def polars() -> ModuleType:
    """Answer polars. Raises UsageError where it is not installed."""
    try:
        import polars as pl
    except ImportError:
        what = "looking into tables needs polars, which is not installed: `pip install 'isa-guard[scan]'`"
        raise UsageError(what) from None
    return pl
