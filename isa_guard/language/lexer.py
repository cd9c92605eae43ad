"""From text to tokens: names, numbers, strings and marks, each with the characters it stands on.

Follows the lexis of cel-spec (langdef.md, Syntax). Text that is no CEL is a fault at its first bad character.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language.faults import ExpressionError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH: Final = 65_536  # characters; the longest rule we have seen is under 600
INT_MAX: Final = 2**63 - 1


class TokenKind(StrEnum):
    """What a token is, in words for people."""

    NAME = "a name"
    INT = "a whole number"
    UINT = "an unsigned number"
    DOUBLE = "a number"
    STRING = "a string"
    BYTES = "bytes"
    MARK = "a mark"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `value` is set for numbers, strings and bytes; 2^63 passes, for a `-` to stand before."""

    kind: TokenKind
    text: str
    start: int
    end: int
    value: int | float | str | bytes = ""


_TOKEN: Final = re.compile(
    r"""
      (?P<space>[\t\n\f\r\ ]+ | //[^\n]*)
    | (?P<string>(?:[bB]?[rR]?)(?:\"\"\"|'''|"|'))
    | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    | (?P<double>[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)? | [0-9]+[eE][+-]?[0-9]+)
    | (?P<int>0[xX][0-9a-fA-F]+ | [0-9]+)(?P<unsigned>[uU]?)
    | (?P<mark>\.\? | && | \|\| | == | != | <= | >= | [-+*/%!<>?:.,()\[\]{}])
    """,
    re.VERBOSE,
)
# What may stand between the quotes, by prefix and quote; the closing quote follows.
_PLAIN: Final = {
    "'": re.compile(r"(?:[^'\\\r\n]|\\.)*+"),
    '"': re.compile(r'(?:[^"\\\r\n]|\\.)*+'),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*+", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+', re.DOTALL),
}
_RAW: Final = {
    "'": re.compile(r"[^'\r\n]*+"),
    '"': re.compile(r'[^"\r\n]*+'),
    "'''": re.compile(r"(?:[^']|'(?!''))*+", re.DOTALL),
    '"""': re.compile(r'(?:[^"]|"(?!""))*+', re.DOTALL),
}
_ESCAPE: Final = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\?\"'`])|[xX](?P<hex>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})"
    r"|U(?P<long>[0-9a-fA-F]{8})|(?P<octal>[0-3][0-7]{2}))"
)
_SIMPLE: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, the last one of kind END. Raises ExpressionError at the first that is none."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            Fault(0, len(text), f"an expression of {len(text)} characters", f"at most {MAX_LENGTH}")
        )
    if broken := _SURROGATE.search(text):
        raise ExpressionError(Fault(broken.start(), broken.end(), "half a character (a lone surrogate)"))
    return tuple(_scan(text))


def _scan(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ExpressionError(_stray(text, at))
        kind = found.lastgroup
        if kind == "string":
            token = _string(text, found)
            yield token
            at = token.end
            continue
        if kind != "space":
            yield _token(found)
        at = found.end()
    yield Token(TokenKind.END, "", len(text), len(text))


def _token(found: re.Match[str]) -> Token:
    start, end, text = found.start(), found.end(), found.group()
    if found["name"]:
        return Token(TokenKind.NAME, text, start, end)
    if found["mark"]:
        return Token(TokenKind.MARK, text, start, end)
    if found["double"]:
        return Token(TokenKind.DOUBLE, text, start, end, _double(text, start, end))
    digits = found["int"]
    if len(digits) > 40:  # far beyond 64 bits; also spares Python its own limit on digits
        raise ExpressionError(Fault(start, end, "the whole number does not fit in 64 bits"))
    value = int(digits, 16) if digits[:2] in {"0x", "0X"} else int(digits)
    if found["unsigned"]:
        return Token(TokenKind.UINT, text, start, end, value)
    if value > INT_MAX + 1:
        raise ExpressionError(Fault(start, end, "the whole number does not fit in 64 bits"))
    return Token(TokenKind.INT, text, start, end, value)


def _double(text: str, start: int, end: int) -> float:
    value = float(text)
    if value == float("inf"):
        raise ExpressionError(Fault(start, end, "the number is too large for a double"))
    return value


def _string(text: str, opening: re.Match[str]) -> Token:
    mark = opening.group()
    prefix, quote = mark.rstrip("'\""), mark.lstrip("bBrR")
    raw = "r" in prefix.lower()
    body = (_RAW if raw else _PLAIN)[quote].match(text, opening.end())
    if body is None or not text.startswith(quote, body.end()):
        reached = body.end() if body else opening.end()
        raise ExpressionError(
            Fault(opening.start(), reached, "the string does not end", f"close it with {quote}")
        )
    start, end = opening.start(), body.end() + len(quote)
    written = text[start:end]
    if "b" in prefix.lower():
        value: str | bytes = body.group().encode() if raw else _unescape_bytes(body.group(), body.start())
        return Token(TokenKind.BYTES, written, start, end, value)
    return Token(
        TokenKind.STRING, written, start, end, body.group() if raw else _unescape(body.group(), body.start())
    )


def _escapes(body: str, offset: int) -> Iterator[re.Match[str] | str]:
    """The plain stretches and the escapes of a string's body; `offset` is where the body stands."""
    at = 0
    while at < len(body):
        next_escape = body.find("\\", at)
        if next_escape < 0:
            yield body[at:]
            return
        if next_escape > at:
            yield body[at:next_escape]
        found = _ESCAPE.match(body, next_escape)
        if found is None:
            place = offset + next_escape
            raise ExpressionError(
                Fault(place, place + 2, f"{body[next_escape : next_escape + 2]!r} is no escape", r"write \\ ")
            )
        yield found
        at = found.end()


def _unescape(body: str, offset: int) -> str:
    return "".join(
        part if isinstance(part, str) else _character(part, offset) for part in _escapes(body, offset)
    )


def _character(escape: re.Match[str], offset: int) -> str:
    if simple := escape["simple"]:
        return _SIMPLE.get(simple, simple)
    if octal := escape["octal"]:
        return chr(int(octal, 8))
    point = int(escape["hex"] or escape["short"] or escape["long"], 16)
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        start, end = offset + escape.start(), offset + escape.end()
        raise ExpressionError(Fault(start, end, f"{escape.group()} is no Unicode character"))
    return chr(point)


def _unescape_bytes(body: str, offset: int) -> bytes:
    """In bytes an octal or hexadecimal escape is one octet, and there are no Unicode escapes."""
    octets = bytearray()
    for part in _escapes(body, offset):
        if isinstance(part, str):
            octets += part.encode()
        elif part["simple"]:
            octets += _SIMPLE.get(part["simple"], part["simple"]).encode()
        elif part["octal"]:
            octets.append(int(part["octal"], 8))
        elif part["hex"]:
            octets.append(int(part["hex"], 16))
        else:
            start, end = offset + part.start(), offset + part.end()
            raise ExpressionError(
                Fault(start, end, "bytes have no Unicode escapes", r"use \x and two digits")
            )
    return bytes(octets)


def _stray(text: str, at: int) -> Fault:
    hints = {"&": "write &&", "|": "write ||", "=": "write == to compare", "`": "names need no quotes"}
    return Fault(at, at + 1, f"{text[at]!r} has no meaning here", hints.get(text[at], ""))
