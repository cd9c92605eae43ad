"""JSON Lines: one object a line, read strictly. Two objects on a line, a key that stands twice and what is no JSON
are each told apart, because a line that one reader takes one way and the next another is how evidence is hidden.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from isa_guard.model.log import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    Decode: TypeAlias = Callable[[bytes], object]

LIMIT_DEPTH: Final = 64
_SPACED: Final = (b" :", b"\t:", b"\r:")
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_LIMIT_DIGITS: Final = re.compile(rb"[0-9]{400}")


def json_decoder() -> Decode:
    """Answer what decodes a line to plain data. It raises ValueError or RecursionError, never anything else."""
    import msgspec

    return msgspec.json.Decoder().decode


def read_object(line: bytes, decode: Decode, *, spaced: bool = True) -> dict[str, object] | Fault:
    """Answer the object on a line, or why there is none. `spaced`: white space may stand before a colon."""
    try:
        found = decode(line)
    except UnicodeDecodeError:
        return Fault.ENCODING
    except (ValueError, RecursionError):
        return _why_broken(line)
    if found.__class__ is not dict:
        return Fault.NOT_A_RECORD
    assert isinstance(found, dict)
    if not spaced and line.rfind(b"{") == 0 and line.count(b'":') == len(found) and b"[" not in line:
        return found
    return _doubtful(line, found, spaced=spaced)


def may_be_spaced(lines: Iterable[bytes | None]) -> bool:
    """Answer whether white space stands before a colon in any of the lines, were it in a text."""
    joined = b"\n".join([line for line in lines if line])
    return any(sign in joined for sign in _SPACED)


def _doubtful(line: bytes, found: dict[str, object], *, spaced: bool) -> dict[str, object] | Fault:
    """An object of which it is not plain that it is flat and that each of its keys has a `":` of its own."""
    if line.count(b"{") + line.count(b"[") > LIMIT_DEPTH and _deep(line):
        return Fault.BROKEN
    if (not spaced and line.count(b'":') == _keys(found)) or not _twice(line, found):
        return found
    return Fault.DUPLICATE_KEY


def _twice(line: bytes, found: object) -> bool:
    """Answer exactly whether some key stands twice in its object."""
    keys = 0

    def counted(pairs: list[tuple[str, object]]) -> None:
        nonlocal keys
        keys += len(pairs)

    # Whatever msgspec took, json takes; it makes nothing here but the count of keys as they are written.
    json.loads(line, object_pairs_hook=counted, parse_int=len, parse_float=len)
    return keys != _keys(found)


def _keys(found: object) -> int:
    waiting, keys = [found], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            keys += len(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return keys


def _deep(line: bytes) -> bool:
    """Answer whether brackets outside of texts go too deep, without recursion."""
    depth = 0
    for found in re.finditer(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', line, re.DOTALL):
        sign = found.group()[:1]
        depth += (sign in b"[{") - (sign in b"]}")
        if depth > LIMIT_DEPTH:
            return True
    return False


def _why_broken(line: bytes) -> Fault:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return Fault.ENCODING
    if _HALF.search(line):
        try:
            json.loads(line, parse_int=len, parse_float=len)
        except (ValueError, RecursionError):
            return Fault.BROKEN
        return Fault.ENCODING  # well-formed but for a lone surrogate
    if _LIMIT_DIGITS.search(line) or re.search(rb"[0-9][eE]", line):
        return _number_too_large(line)
    return Fault.BROKEN


def _number_too_large(line: bytes) -> Fault:
    """JSON in every respect, but with a number that no machine holds."""
    try:
        json.loads(line, parse_int=len, parse_float=len, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return Fault.BROKEN
    return Fault.WRONG_TYPE


def _refuse(_: str) -> None:
    raise ValueError
