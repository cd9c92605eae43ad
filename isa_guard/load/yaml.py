"""YAML as our documents use it: a strict subset, with the place of every value.

The C composer's nodes are read here, because the stock constructor forgets positions, keeps the last of two
equal keys, follows aliases, and reads `no` as false and `1:30` as ninety. Scalars follow the
YAML 1.2 core schema; dates stay text until a field's own type reads them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from isa_guard.errors import LoadError, Place, Problem
from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


Scalar = str | int | float | bool | None
Data = Scalar | list["Data"] | dict[str, "Data"]
Path = tuple[str | int, ...]

LIMIT_BYTES: Final = 4 * 1024 * 1024
LIMIT_DEPTH: Final = 64
LIMIT_NODES: Final = 200_000
LIMIT_ABYSS: Final = 500

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,3})?\Z")
_WORDS: Final[dict[str, Scalar]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# Bidirectional controls show a reader one text and a parser another (CVE-2021-42574); no document needs them.
_BRACKETS = re.compile(r"[][{}]")
_LONG_INDENT = re.compile(r"^[ \-?:]{1000}", re.MULTILINE)
_TAGS: Final = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
_QUOTED: Final = {"'", '"', "|", ">"}
_NO_ANCHORS: Final = "anchors and aliases are not used in these documents"
_WRITE_OUT: Final = "write the value out where it is needed"
# Without the C extension the same composer in Python: the same answers, ten times slower.
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_UNSEEN = re.compile(
    "[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its data, and where each value (and each key) stands."""

    data: Data
    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]
    source: str
    text: str
    number: int = 0  # of the document within its stream

    def place(self, path: Path) -> Place:
        """Answer the place of the value at `path`, or of the nearest thing above it that exists."""
        while path:
            found = self.values.get(path)
            if found is not None:
                return found
            path = path[:-1]
        return self.values.get((), Place(self.source, 1, 1))

    def place_within(self, path: Path, offset: int) -> Place:
        """Answer the place of character `offset` of the text at `path`, however the text is quoted or folded.

        Folding and indentation change white space only, so the n-th visible character of the value is the
        n-th visible one from where it begins.
        """
        start = self.place(path)
        value: object = self.data
        for step in path:
            value = value[step]  # type: ignore[index]
        if not isinstance(value, str) or start.source != self.source:  # inherited: its text is not this one
            return start
        wanted = len("".join(value[:offset].split()))
        lines = self.text.split("\n")
        line, column = start.line - 1, start.column - 1
        if lines[line][column : column + 1] in {"'", '"'}:
            column += 1
        elif lines[line][column : column + 1] in {"|", ">"}:
            line, column = line + 1, 0
        for number in range(line, len(lines)):
            for at in range(column, len(lines[number])):
                if lines[number][at].isspace():
                    continue
                if wanted == 0:
                    return Place(self.source, number + 1, at + 1)
                wanted -= 1
            column = 0
        return start

    def key_place(self, path: Path) -> Place:
        """Answer where the key of the value at `path` stands."""
        return self.keys.get(path) or self.place(path)


def read_documents(raw: bytes, source: str) -> tuple[Document, ...]:
    """Read every document of a YAML (or JSON) stream. Raises LoadError with its place."""
    text = _decode(raw, source)
    composer = _Composer(text, source)
    documents = tuple(composer.documents())
    if not documents or all(document.data is None for document in documents):
        raise _fault("the document is empty", Place(source, 1, 1), "begin with a `format:` line", "empty")
    return documents


def read_document(raw: bytes, source: str) -> Document:
    """Read the only document of a stream. Raises LoadError, also when there are several."""
    documents = read_documents(raw, source)
    if len(documents) > 1:
        where = documents[1].place(())
        raise _fault("a second document begins here", where, "one document a file: remove the `---`")
    return documents[0]


def _fault(what: str, place: Place, hint: str = "", code: str = "yaml") -> LoadError:
    return LoadError((Problem(what, place, hint, code),))


def _decode(raw: bytes, source: str) -> str:
    if len(raw) > LIMIT_BYTES:
        what = f"the file has {len(raw):,} bytes; the limit for a document is {LIMIT_BYTES:,}"
        raise _fault(what, Place(source), "split it into several facts, or audit it as a log", "too-large")
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise _fault("the file is UTF-16, not UTF-8", Place(source, 1, 1), "save it as UTF-8", "encoding")
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise _fault(
            "the file is not UTF-8 text", Place(source, line, column), "save it as UTF-8", "encoding"
        ) from None
    unseen = _UNSEEN.search(text)
    if unseen:
        line = text.count("\n", 0, unseen.start()) + 1
        column = unseen.start() - (text.rfind("\n", 0, unseen.start()) + 1) + 1
        what = f"character U+{ord(unseen.group()):04X} cannot be seen and is not allowed"
        raise _fault(
            what, Place(source, line, column), "delete it; retype the line if need be", "unseen-character"
        )
    return text


class _Composer:
    """Turns the C composer's nodes into plain data and places, within the stated limits."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.text = text
        self.count = 0
        self.seen: set[int] = set()
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.problems: list[Problem] = []

    def documents(self) -> Iterator[Document]:
        """Answer the documents of the stream, one by one."""
        self.refuse_abyss()
        nodes: list[yaml.Node] = []  # held, so that no two nodes can ever share an id
        try:
            nodes.extend(yaml.compose_all(self.text, Loader=_LOADER))
        except yaml.YAMLError as error:
            raise self.syntax_fault(error) from None
        for number, node in enumerate(nodes):
            self.values, self.keys = {}, {}
            data = self.data_of(node, ())
            if self.problems:
                raise LoadError(tuple(self.problems))
            yield Document(data, self.values, self.keys, self.source, self.text, number)

    def refuse_abyss(self) -> None:
        """The C composer recurses without a limit of its own: what could exhaust its stack never reaches it.

        A level of a flow collection costs a bracket, one of a block collection a character before the text of
        its line; so neither can go deep without showing it.
        """
        depth = 0
        for found in _BRACKETS.finditer(self.text):
            depth += 1 if found.group() in "[{" else -1
            if depth > LIMIT_ABYSS:
                raise self.too_deep(self.text.count("\n", 0, found.start()) + 1)
        long = _LONG_INDENT.search(self.text)
        if long:
            raise self.too_deep(self.text.count("\n", 0, long.start()) + 1)

    def too_deep(self, line: int, column: int = 1) -> LoadError:
        what = f"nested deeper than {LIMIT_DEPTH} levels"
        return _fault(what, Place(self.source, line, column), "flatten it", "too-deep")

    def syntax_fault(self, error: yaml.YAMLError) -> LoadError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        place = Place(self.source, mark.line + 1, mark.column + 1) if mark else Place(self.source)
        if "alias" in what:
            return _fault(_NO_ANCHORS, place, _WRITE_OUT, "anchor")
        hint = "indent with spaces, never with tabs" if "'\\t'" in what or "token" in what else ""
        return _fault(f"this is not well-formed YAML: {what}", place, hint, "yaml")

    def data_of(self, node: yaml.Node, path: Path) -> Data:
        mark = node.start_mark
        place = Place(self.source, mark.line + 1, mark.column + 1)
        self.count += 1
        if self.count > LIMIT_NODES:
            raise _fault(f"more than {LIMIT_NODES:,} values", place, "split the document", "too-large")
        if len(path) > LIMIT_DEPTH:
            raise self.too_deep(place.line, place.column)
        if id(node) in self.seen:
            raise _fault(_NO_ANCHORS, place, _WRITE_OUT, "anchor")
        if node.tag not in _TAGS:
            raise _fault("a tag is not allowed here", place, "remove the `!` and what belongs to it", "tag")
        self.seen.add(id(node))
        self.values[path] = place
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style in _QUOTED else _plain(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self.data_of(item, (*path, index)) for index, item in enumerate(node.value)]
        return self.mapping(node, path)

    def mapping(self, node: yaml.Node, path: Path) -> dict[str, Data]:
        found: dict[str, Data] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            place = Place(self.source, mark.line + 1, mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                raise _fault("a key is a word, not a list or a mapping", place, "", "key")
            key: str = key_node.value
            here = (*path, key)
            if key in found:
                what = f"the key `{key}` stands twice (first in line {self.keys[here].line})"
                self.problems.append(Problem(what, place, "keep one of them", "duplicate-key"))
            self.keys[here] = place
            found[key] = self.data_of(value_node, here)
        return found


def _plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
