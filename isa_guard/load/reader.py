"""Documents that fit their shape, read in one pass; whatever does not fit is left to pydantic to explain.

A check reads some seventy documents, nearly always without a fault, and would spend half its time on importing
pydantic and building validators. So this reader answers yes or no and never says why; tests hold it to accept
exactly what pydantic accepts, with equal values.
"""

from __future__ import annotations

import math
import re
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin

from isa_guard.load.declare import Entries, Letters, key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[object], Any]

ShapeT = TypeVar("ShapeT")
# Half of a pair of UTF-16 is no character, and no text that pydantic measures or matches may hold one.
_HALVES: Final = re.compile("[\ud800-\udfff]")


class UnfitError(Exception):
    """The data does not have the shape; why is not told. Never leaves `load`."""


def read(data: object, shape: type[ShapeT]) -> ShapeT:
    """Answer `data` as an instance of the dataclass `shape`. Raises UnfitError."""
    return cast("ShapeT", _shape(shape)(data))


def _reader(annotation: Any) -> Read:
    """Answer what reads the values of an annotation; a kind of annotation that no shape uses is a TypeError."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(parts[0], parts[1:])
    if origin in (Union, UnionType):
        return _one_of([_reader(part) for part in parts])
    if origin is Literal:
        return _literal(frozenset(parts))
    if origin is tuple:
        return _tuple(_reader(parts[0]))
    if origin is dict:
        return _dict(_reader(parts[0]), _reader(parts[1]))
    if annotation is object:
        return lambda data: data
    if annotation in _PLAIN:
        return _plain(annotation)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return _shape(annotation)
    raise TypeError(f"no shape is declared with {annotation}")


_MADE: Final[dict[type, Read]] = {}
_PLAIN: Final = (str, bool, int, float, NoneType)


def _plain(kind: type) -> Read:
    def read_plain(data: object) -> object:
        # The exact type: a bool is no number here.
        if type(data) is not kind:
            raise UnfitError
        return data

    return read_plain


def _annotated(annotation: Any, marks: tuple[object, ...]) -> Read:
    inner = _reader(annotation)
    for mark in marks:
        if isinstance(mark, Letters):
            inner = _text(mark)
        elif isinstance(mark, Entries):
            inner = _filled(inner, mark.at_least)
    return inner


def _text(letters: Letters) -> Read:
    at_least, pattern = letters.at_least, letters.pattern
    at_most = math.inf if letters.at_most is None else letters.at_most
    # `fullmatch`, because a `$` of Python also stands before a last line feed.
    matches = re.compile(pattern).fullmatch if pattern is not None else None

    def read_text(data: object) -> object:
        if type(data) is not str or not at_least <= len(data) <= at_most:
            raise UnfitError
        if matches is not None and matches(data) is None:
            raise UnfitError
        if not data.isascii() and _HALVES.search(data):
            raise UnfitError
        return data

    return read_text


def _filled(inner: Read, at_least: int) -> Read:
    def read_filled(data: object) -> object:
        found = inner(data)
        if len(found) < at_least:
            raise UnfitError
        return found

    return read_filled


def _one_of(members: list[Read]) -> Read:
    def read_one_of(data: object) -> object:
        for member in members:
            try:
                return member(data)
            except UnfitError:
                continue
        raise UnfitError

    return read_one_of


def _literal(values: frozenset[str]) -> Read:
    def read_literal(data: object) -> object:
        if type(data) is not str or data not in values:
            raise UnfitError
        return data

    return read_literal


def _tuple(item: Read) -> Read:
    def read_tuple(data: object) -> object:
        if type(data) is not list:
            raise UnfitError
        return tuple([item(one) for one in data])

    return read_tuple


def _dict(key: Read, value: Read) -> Read:
    def read_dict(data: object) -> object:
        if type(data) is not dict:
            raise UnfitError
        return {key(name): value(one) for name, one in data.items()}

    return read_dict


def _shape(shape: type) -> Read:
    if shape not in _MADE:
        _MADE[shape] = _mapping(shape)
    return _MADE[shape]


def _mapping(shape: Any) -> Read:
    names = {key_of(one.name): one.name for one in fields(shape)}
    readers = {key_of(one.name): _reader(one.type) for one in fields(shape)}
    needed = {
        key_of(one.name) for one in fields(shape) if one.default is MISSING and one.default_factory is MISSING
    }

    def read_shape(data: object) -> object:
        if type(data) is not dict or not needed <= data.keys() <= readers.keys():
            raise UnfitError
        return shape(**{names[key]: readers[key](value) for key, value in data.items()})

    return read_shape
