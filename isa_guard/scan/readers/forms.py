"""Which form a file has: by what stands in it first, by its name only where that leaves a choice."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from isa_guard.frozen import dataclass
from isa_guard.scan.readers.decoding import Encoding, decoded, encoding_of
from isa_guard.scan.readers.dialect import Layout, layout_of
from isa_guard.scan.readers.streams import SAMPLE


class Form(Enum):
    """A form of file; the value is what people call it."""

    EMPTY = "empty file"
    TEXT = "text"
    SEPARATED = "table of separated values"
    JSON = "JSON"
    JSON_LINES = "JSON lines"
    XML = "XML"
    HTML = "HTML"
    MAIL = "e-mail"
    ZIP = "ZIP archive or Office document"
    GZIP = "gzip file"
    TAR = "tar archive"
    PDF = "PDF"
    PARQUET = "Parquet"
    OLE = "old Office document, Outlook message or encrypted Office document"
    TNEF = "winmail.dat"
    RTF = "RTF"
    PICTURE = "picture"
    UNKNOWN = "unknown form"


@dataclass(frozen=True, slots=True)
class Told:
    """The form of a file; its encoding where it is text, its layout where it is a table of separated values."""

    form: Form
    encoding: Encoding = Encoding.UTF8
    layout: Layout | None = None


_MAGIC: Final = (
    (b"PK\x03\x04", Form.ZIP),
    (b"PK\x05\x06", Form.ZIP),
    (b"PK\x07\x08PK\x03\x04", Form.ZIP),
    (b"\x1f\x8b\x08", Form.GZIP),
    (b"PAR1", Form.PARQUET),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Form.OLE),
    (b"\x78\x9f\x3e\x22", Form.TNEF),
    (b"{\\rtf", Form.RTF),
    (b"\x89PNG\r\n\x1a\n", Form.PICTURE),
    (b"\xff\xd8\xff", Form.PICTURE),
    (b"GIF8", Form.PICTURE),
    (b"II*\x00", Form.PICTURE),
    (b"MM\x00*", Form.PICTURE),
)
_PDF_WITHIN: Final = 1024  # ISO 32000 readers take a header within the first kilobyte
_HTML: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_HEADERS: Final = re.compile(r"(?:[!-9;-~]+:[^\n]*\n(?:[ \t]+[^\n]*\n)*)+", re.ASCII)
_MAIL_HEADER: Final = re.compile(
    r"^(?:from|to|subject|date|message-id|mime-version|received|return-path|content-type):",
    re.IGNORECASE | re.MULTILINE,
)
_PROSE: Final = (".md", ".yaml", ".yml", ".rst", ".ini", ".toml", ".py", ".sql")


def form_of(sample: bytes, name: str) -> Told:
    """The form of a file that begins like this; `sample` is its first 64 kB, or all of it."""
    if not sample:
        return Told(Form.EMPTY)
    for magic, form in _MAGIC:
        if sample.startswith(magic) and not (
            form is Form.PICTURE and magic == b"BM" and b"\0" not in sample[:64]
        ):
            return Told(form)
    if sample[257:262] == b"ustar":
        return Told(Form.TAR)
    encoding = encoding_of(sample)
    if b"%PDF-" in sample[:_PDF_WITHIN] and (encoding is None or sample.lstrip().startswith(b"%PDF-")):
        return Told(Form.PDF)
    if encoding is None:
        return Told(Form.UNKNOWN)
    text = _beginning(sample, encoding)
    form = _text_form(text, name.lower())
    layout = layout_of(text, name) if form is Form.TEXT and not name.lower().endswith(_PROSE) else None
    return Told(form if layout is None else Form.SEPARATED, encoding, layout)


def _beginning(sample: bytes, encoding: Encoding) -> str:
    """The sample as text, up to the end of its last whole line, with line feeds for the ends of lines."""
    if encoding is Encoding.UTF8:
        text = decoded(sample)
    else:
        text = sample[: len(sample) // 2 * 2].decode(encoding.value, errors="replace")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return text[: text.rfind("\n") + 1 or len(text)] if len(sample) >= SAMPLE else text


def _text_form(text: str, name: str) -> Form:
    begin = text.lstrip()
    if not begin:
        return Form.TEXT
    if begin[0] in "{[" and not name.endswith((".md", ".txt")):
        return _json_form(begin, name)
    if begin[0] == "<":
        if _HTML.search(begin[:4096]):
            return Form.HTML
        if begin.startswith("<?xml") or name.endswith((".xml", ".rdf", ".xsd", ".svg")):
            return Form.XML
        return Form.HTML if name.endswith((".html", ".htm", ".xhtml")) else Form.TEXT
    if name.endswith((".html", ".htm")):
        return Form.HTML
    return Form.MAIL if _is_mail(text, name) else Form.TEXT


def _json_form(begin: str, name: str) -> Form:
    """Lines of JSON are told from one document by two lines that each begin and end an object."""
    if name.endswith((".jsonl", ".ndjson")):
        return Form.JSON_LINES
    lines = [line.strip() for line in begin.split("\n", 3)[:2]]
    if len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines):
        return Form.JSON_LINES
    if name.endswith((".json", ".geojson")) or begin[1:].lstrip()[:1] in set('"{[]}-0123456789tfn'):
        return Form.JSON
    return Form.TEXT


def _is_mail(text: str, name: str) -> bool:
    """Header lines from the very start, of which mail has at least two kinds; one is enough under the name .eml."""
    headers = _HEADERS.match(text)
    if headers is None:
        return False
    kinds = {found[0].lower() for found in _MAIL_HEADER.finditer(headers[0])}
    return len(kinds) >= (1 if name.endswith((".eml", ".mht", ".mhtml")) else 3)
