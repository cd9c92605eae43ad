"""Frozen dataclasses whose class statement costs a quarter of the time.

The standard decorator compiles six methods for each class. A check makes more than a hundred classes before it
reads a line, and seventy milliseconds went into methods that are mostly never called. Here `__init__` alone is
compiled; the others are closures over an `attrgetter`. What a field, a default or `replace` is remains
the standard library's business, and a type checker sees nothing but its `dataclass`.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[type], type]:
        """As `dataclasses.dataclass(frozen=True, slots=True)`; without `__post_init__`, `order` or a hash of its own."""
        assert frozen
        assert slots
        standard = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
        return lambda cls: _completed(standard(cls))


__all__ = ["dataclass"]

_SET: Final = object.__setattr__


def _completed(cls: type) -> type:
    """Add what makes a frozen value of a class that has its fields; methods of its own are kept."""
    fields = dataclasses.fields(cls)
    compared = _values([one.name for one in fields if one.compare])
    shown = [one.name for one in fields if one.repr]
    everything = [one.name for one in fields]

    def equal(self: object, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(compared(self))

    def represented(self: object) -> str:
        parts = ", ".join([f"{name}={getattr(self, name)!r}" for name in shown])
        return f"{self.__class__.__qualname__}({parts})"

    def state(self: object) -> list[object]:
        return [getattr(self, name) for name in everything]

    def restore(self: object, values: list[object]) -> None:
        for name, value in zip(everything, values, strict=True):
            _SET(self, name, value)

    methods = {
        "__init__": _init(cls, fields),
        "__eq__": equal,
        "__hash__": hashed,
        "__repr__": represented,
        "__getstate__": state,
        "__setstate__": restore,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
    }
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


def _refuse(self: object, name: str, *_: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r} of {self.__class__.__name__}")


def _values(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """Answer what takes the values of these fields out of an instance, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple([getattr(self, name) for name in names])


def _init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Answer `__init__`, compiled, because instances are made by the ten thousand."""
    scope: dict[str, Any] = {"_set": _SET, "_unset": dataclasses.MISSING}
    plain: list[str] = []
    named: list[str] = []
    lines: list[str] = []
    for one in fields:
        value = one.name
        word = one.name
        if one.default is not dataclasses.MISSING:
            scope[f"_default_{word}"] = one.default
            word += f"=_default_{one.name}"
        elif one.default_factory is not dataclasses.MISSING:
            scope[f"_make_{word}"] = one.default_factory
            word += "=_unset"
            value = f"_make_{one.name}() if {one.name} is _unset else {one.name}"
        (named if one.kw_only else plain).append(word)
        lines.append(f" _set(self,{one.name!r},{value})")
    arguments = ",".join(["self", *plain, *(["*", *named] if named else [])])
    # The names are identifiers of our own classes; nothing read from a document comes here.
    exec(f"def __init__({arguments}):\n" + "\n".join(lines or [" pass"]), scope)  # noqa: S102
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init
