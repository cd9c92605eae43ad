"""E-mail: every header, the text in each of its versions, what is attached, and messages within the message."""

from __future__ import annotations

import io
import re
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from isa_guard.scan.readers.decoding import decoded
from isa_guard.scan.readers.html import html_texts
from isa_guard.scan.readers.visit import guarded, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

_TECHNICAL: Final = frozenset({"content-transfer-encoding", "content-type", "mime-version"})
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*", re.ASCII)


def read_mail(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """What stands in a message."""
    message = BytesParser(policy=policy.default).parsebytes(whole(stream, visit))
    yield from _message(message, visit)


def _message(message: Message, visit: Visit) -> Iterator[Content]:
    yield from visit.at("headers").texts("\n".join(_headers(message)))
    numbers = {"text": 0, "attachment": 0}
    for part in _leaves(message):
        visit.spent.member()
        kind = "text" if _is_body(part) else "attachment"
        numbers[kind] += 1
        word = f"{kind} {numbers[kind]}"
        yield from guarded(_part(part, kind, word, visit), visit.at(word), "part of a message")


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that are not made of parts; a message within the message is one."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += reversed([one for one in payload if isinstance(one, Message)])
            for beside in (part.preamble, part.epilogue):
                if isinstance(beside, str) and beside.strip():
                    yield _plain(beside)
        else:
            yield part


def _plain(text: str) -> Message:
    """What stands before or after the parts, which mail programs do not show, as a part."""
    part = EmailMessage()
    part.set_content(text.encode(errors="replace").decode())
    return part


def _headers(message: Message) -> Iterator[str]:
    """Every header as `Name: value`, decoded where it can be."""
    for name, raw in message.raw_items():
        try:
            value = str(message.policy.header_fetch_parse(name, raw))
        except Exception:  # noqa: BLE001 - the parser of the standard library raises all kinds on hostile headers
            value = str(raw)
        yield f"{name}: {value}"


def _is_body(part: Message) -> bool:
    """Whether a part is text of the message itself. A broken multipart is text too."""
    if part.get_content_maintype() == "multipart":
        return True
    plain = part.get_content_type() in {"text/plain", "text/html"}
    return plain and part.get_filename() is None and part.get_content_disposition() != "attachment"


def _part(part: Message, kind: str, word: str, visit: Visit) -> Iterator[Content]:
    yield from _ill_coded(part, visit.at(word))
    if kind == "text":
        text = _text(part)
        if part.get_content_type() == "text/html":
            yield from html_texts(text, visit.at(word))
        else:
            yield from visit.at(word).texts(text)
        return
    name = part.get_filename() or ""
    own = [f"{key}: {value}" for key, value in part.raw_items() if key.lower() not in _TECHNICAL]
    yield from visit.at(f"{word} > headers").texts("\n".join([name, *map(str, own)]))
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        yield from _within(payload[0], word, visit)
        return
    data = part.get_payload(decode=True)
    data = data if isinstance(data, bytes) else str(payload).encode(errors="replace")
    yield from visit.inside(word, cast("BinaryIO", io.BytesIO(data)), name)


def _ill_coded(part: Message, place: Visit) -> Iterator[Content]:
    """The source of a part that is not in the base64 it claims: programs differ about what it says."""
    payload = part.get_payload()
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64" or not isinstance(
        payload, str
    ):
        return
    part.get_payload(decode=True)
    if part.defects or not _BASE64.fullmatch(payload):
        yield place.unread("not in the base64 that it claims: its source is read as text too")
        yield from place.at("source").texts(payload)


def _within(message: Message, word: str, visit: Visit) -> Iterator[Content]:
    """A message within the message: one file deeper, whatever its form says."""
    data = message.as_bytes(policy=policy.default.clone(max_line_length=None))
    yield from visit.inside(word, cast("BinaryIO", io.BytesIO(data)), ".eml")


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return str(part.get_payload())
    charset = part.get_content_charset() or "utf-8"
    try:
        return data.decode(charset)
    except (LookupError, ValueError):
        return decoded(data)
