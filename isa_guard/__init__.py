"""isa-guard: an Information Sharing Agreement as data, and every transfer held to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.version import __version__

if TYPE_CHECKING:
    from isa_guard.library import decide_fact, load_agreement, load_fact

__all__ = ["__version__", "decide_fact", "load_agreement", "load_fact"]


def __getattr__(name: str) -> object:
    """The library is imported at its first use: `import isa_guard` alone costs nothing."""
    if name in __all__:
        from isa_guard import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
