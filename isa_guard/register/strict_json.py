"""JSON with one way to write a value and no two ways to read it.

Records are signed as bytes, so nothing here is needed to verify them; it is there so that two readers of the
same bytes cannot see two things (duplicate names, numbers beyond 2^53, lone surrogates: RFC 7493 and RFC 8259
section 4).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final, NoReturn

from isa_guard.register.faults import RecordError

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

LARGEST: Final = 2**53 - 1  # beyond it a reader that uses doubles sees another number (RFC 7493 section 2.2)
LIMIT_DEPTH: Final = 32
LIMIT_BYTES: Final = 4 * 1024 * 1024

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?[0-9]+([.eE][-+.0-9eE]*)?")
_INTEGER = re.compile(r"(0|-?[1-9][0-9]{0,15})\Z")
_PLAIN = re.compile(r'[^"\\\x00-\x1f\x7f-\x9f]*')
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


class _DoubtError(Exception):
    """The quick reader will not answer; the careful one must say why."""


def write(value: Json) -> bytes:
    """Answer the one form of `value`: UTF-8, names sorted by code point, no spaces, text in NFC.

    Raises RecordError for what a record may not hold: floats, numbers beyond 2^53, control characters, lone
    surrogates, names not in NFC, more than LIMIT_DEPTH levels.
    """
    plain = value if _plain(value) else _writable(value, 0)
    return _ENCODER.encode(plain).encode()


def read(content: bytes, limit: int = LIMIT_BYTES) -> Json:
    """Answer the value that `content` holds, and only that value. Raises RecordError with the offset."""
    if len(content) > limit:
        raise RecordError(f"longer than {limit:,} bytes", limit)
    if content.startswith(b"\xef\xbb\xbf"):
        raise RecordError("begins with a byte order mark", 0)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError("is not UTF-8", error.start) from None
    try:
        return _quick(text)
    except (_DoubtError, ValueError, RecursionError):
        return _Reader(text).whole()


def read_object(content: bytes, limit: int = LIMIT_BYTES) -> dict[str, Json]:
    """Answer the object that `content` holds. Raises RecordError where it holds anything else."""
    value = read(content, limit)
    if not isinstance(value, dict):
        raise RecordError("is no object", 0)
    return value


def _plain(value: object) -> bool:
    """Answer whether a value can surely be written as it is: ASCII text and small numbers, not too deep."""
    texts: list[str] = []
    level: list[object] = [value]
    for depth in range(LIMIT_DEPTH + 1):
        inner: list[object] = []
        for item in level:
            if isinstance(item, str):
                texts.append(item)
            elif isinstance(item, dict | list) and depth == LIMIT_DEPTH:
                return False
            elif isinstance(item, dict):
                texts.extend(item)
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
            elif not (item is None or (isinstance(item, int) and -LARGEST <= item <= LARGEST)):
                return False
        level = inner
    try:
        joined = "".join(texts)
    except TypeError:  # a name that is no text
        return False
    return joined.isascii() and joined.isprintable()


def _shallow(structure: bytes) -> bool:
    """Answer whether JSON has at most LIMIT_DEPTH levels, by what stands between its texts."""
    brackets = structure.translate(None, _NO_BRACKETS)
    for _ in range(LIMIT_DEPTH):
        if not brackets:
            return True
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return not brackets


def _writable(value: object, depth: int) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if -LARGEST <= value <= LARGEST:
            return int(value)
        raise RecordError("a number beyond 2^53 would not be read alike everywhere: write it as text")
    if isinstance(value, str):
        return _text(value)
    if depth >= LIMIT_DEPTH and isinstance(value, list | tuple | dict):
        raise RecordError(f"more than {LIMIT_DEPTH} levels deep")
    if isinstance(value, list | tuple):
        return [_writable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str) or _text(name) != name:
                raise RecordError("a name is no text in NFC")
        return {str(name): _writable(item, depth + 1) for name, item in value.items()}
    raise RecordError(f"a record cannot hold a {type(value).__name__}")


def _text(value: str) -> str:
    if value.isascii():
        text = str(value)
    else:
        text = unicodedata.normalize("NFC", value)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise RecordError("text with a lone surrogate")
    if _CONTROL.search(text):
        raise RecordError("text with a control character")
    return text


def _quick(text: str) -> Json:
    """Answer by the C reader what it and the careful one surely read alike."""
    if "\\" in text or not ((text.isascii() and text.isprintable()) or not _CONTROL.search(text)):
        raise _DoubtError
    # Without escapes every quotation mark begins or ends a text, so what stands between texts is the structure.
    structure = "".join(text.split('"')[::2]).encode("ascii")
    if not _shallow(structure):
        raise _DoubtError
    members = 0

    def counted(found: dict[str, Json]) -> dict[str, Json]:
        nonlocal members
        members += len(found)
        return found

    value: Json = json.loads(
        text, object_hook=counted, parse_int=_integer, parse_float=_never, parse_constant=_never
    )
    if members != structure.count(b":"):  # a name that stands twice in an object is one member
        raise _DoubtError
    return value


def _integer(text: str) -> int:
    if not _INTEGER.match(text) or abs(int(text)) > LARGEST:
        raise _DoubtError
    return int(text)


def _never(_: str) -> NoReturn:
    raise _DoubtError


class _Reader:
    """The careful reader: knows at every moment where it stands, so that a fault names its byte."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def whole(self) -> Json:
        value = self.value(0)
        self.space()
        if self.at < len(self.text):
            self.fault("something follows the value")
        return value

    def fault(self, what: str, at: int | None = None) -> NoReturn:
        where = self.at if at is None else at
        raise RecordError(what, len(self.text[:where].encode("utf-8")))

    def space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        assert found
        self.at = found.end()

    def sign(self) -> str:
        self.space()
        return self.text[self.at : self.at + 1]

    def value(self, depth: int) -> Json:
        sign = self.sign()
        if sign in {"[", "{"} and depth >= LIMIT_DEPTH:
            self.fault(f"more than {LIMIT_DEPTH} levels deep")
        if sign == "{":
            return self.members(depth + 1)
        if sign == "[":
            return self.items(depth + 1)
        if sign == '"':
            return self.string()
        if sign == "-" or sign.isdecimal():
            return self.number()
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        what = "a value is missing" if not sign else "this is no value that a record can hold"
        return self.fault(what)

    def members(self, depth: int) -> dict[str, Json]:
        found: dict[str, Json] = {}
        self.at += 1
        if self.sign() == "}":
            self.at += 1
            return found
        while True:
            if self.sign() != '"':
                self.fault("a name is missing")
            start = self.at
            name = self.string()
            if name in found:
                self.fault("a name stands twice in one object", start)
            self.expect(":")
            found[name] = self.value(depth)
            if self.closes("}"):
                return found

    def items(self, depth: int) -> list[Json]:
        found: list[Json] = []
        self.at += 1
        if self.sign() == "]":
            self.at += 1
            return found
        while True:
            found.append(self.value(depth))
            if self.closes("]"):
                return found

    def closes(self, end: str) -> bool:
        sign = self.sign()
        if sign not in {end, ","} or not sign:
            self.fault(f"`,` or `{end}` is missing")
        self.at += 1
        return sign == end

    def expect(self, sign: str) -> None:
        if self.sign() != sign:
            self.fault(f"`{sign}` is missing")
        self.at += 1

    def number(self) -> int:
        found = _NUMBER.match(self.text, self.at)
        if not found:
            self.fault("this is no number")
        if found.group(1):
            self.fault("a record holds whole numbers only")
        if not _INTEGER.match(found.group()):
            self.fault("this number is not written in its one form, or lies beyond 2^53")
        value = int(found.group())
        if abs(value) > LARGEST:
            self.fault("a number beyond 2^53")
        self.at = found.end()
        return value

    def string(self) -> str:
        start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN.match(self.text, self.at)
            assert plain
            parts.append(plain.group())
            self.at = plain.end()
            sign = self.text[self.at : self.at + 1]
            if sign == '"':
                self.at += 1
                return "".join(parts)
            if sign != "\\":
                self.fault(
                    "a control character in text" if sign else "text without an end",
                    self.at if sign else start,
                )
            parts.append(self.escape())

    def escape(self) -> str:
        start = self.at
        letter = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if letter != "u":
            if letter not in _ESCAPES or not letter:
                self.fault("an escape that JSON does not know", start)
            found = _ESCAPES[letter]
        else:
            found = self.unit(start)
            if "\ud800" <= found <= "\udbff" and self.text.startswith("\\u", self.at):
                self.at += 2
                low = self.unit(start)
                found = (found + low).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if len(found) != 1 or "\ud800" <= found <= "\udfff":
            self.fault("a lone surrogate", start)
        if _CONTROL.match(found):
            self.fault("a control character in text", start)
        return found

    def unit(self, start: int) -> str:
        digits = _HEX.match(self.text, self.at)
        if not digits:
            self.fault("an escape without its four digits", start)
        self.at = digits.end()
        return chr(int(digits.group(), 16))
