"""From what a validator says to what an author reads: every problem with its place and a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from isa_guard.errors import LoadError, Problem
from isa_guard.load.reader import UnfitError, read

if TYPE_CHECKING:
    from isa_guard.language.faults import ExpressionError
    from isa_guard.load.yaml import Document, Path

ShapeT = TypeVar("ShapeT")


def shaped(document: Document, shape: type[ShapeT], at: Path = ()) -> ShapeT:
    """Answer the document as `shape`. Raises LoadError with every problem of shape it has."""
    data: object = document.data
    for step in at:
        data = data[step]  # type: ignore[index]
    try:
        return read(data, shape)
    except UnfitError:
        from isa_guard.load.models import shape_problems

        problems = shape_problems(data, shape, document, at)
        assert problems, f"pydantic finds no fault in a {shape.__name__} that our reader refuses"
        raise LoadError(problems) from None


def expression_problems(error: ExpressionError, document: Document, path: Path) -> tuple[Problem, ...]:
    """Answer the faults of an expression as problems, each at its own column of the document."""
    return tuple(
        Problem(fault.what, document.place_within(path, fault.start), fault.hint, "expression")
        for fault in error.faults
    )
