"""The document of an act: what a person says, in words and in codes, as YAML or JSON.

    format: isa-guard/act/1
    action: refused
    said: {reason: the purpose is not one of the agreement}

What is kept is JSON in one form with a salt, so that nobody can guess the words from the digest that stands in the record.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem
from isa_guard.frozen import dataclass
from isa_guard.language.types import Date, List, String, Timestamp
from isa_guard.language.values import to_date, to_datetime
from isa_guard.load.facts import typed_record
from isa_guard.load.suggest import did_you_mean
from isa_guard.load.yaml import read_document
from isa_guard.model.act import Action
from isa_guard.model.act_fields import CODE_FORM, FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isa_guard.language.types import Record, Type
    from isa_guard.language.values import Value
    from isa_guard.load.yaml import Data, Document

FORMAT: Final = "isa-guard/act/1"
KEYS: Final = frozenset({"format", "action", "said", "salt"})
SALT_OCTETS: Final = 16
_CODE: Final = re.compile(CODE_FORM, re.ASCII)


@dataclass(frozen=True, slots=True)
class Said:
    """What an act says: `codes` go into the record, `words` stay in the document."""

    action: Action
    codes: Mapping[str, Value]
    words: Mapping[str, Value]


def read_said(content: bytes, source: str) -> Said:
    """Answer what the document of an act says. Raises LoadError with every field that is wrong."""
    document = read_document(content, source)
    data = document.data
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _wrong("this is no act", document.place(()), f"begin with `format: {FORMAT}`")
    for key in data:
        if key not in KEYS:
            raise _wrong(
                f"the key `{key}` is not known here", document.key_place((key,)), did_you_mean(str(key), KEYS)
            )
    action = data.get("action")
    if action not in list(Action):
        names = [one.value for one in Action]
        raise _wrong("no act is called so", document.place(("action",)), did_you_mean(str(action), names))
    return _said(document, Action(str(action)))


def said(action: Action, given: Mapping[str, Data], source: str) -> Said:
    """Answer what was given field by field. Raises LoadError, with `source` as the place."""
    data: dict[str, Data] = {"format": FORMAT, "action": action.value, "said": dict(given)}
    return read_said(json.dumps(data).encode(), source)


def written(of: Said, salt: bytes) -> bytes:
    """Answer the document that is kept of an act."""
    record = FORMS[of.action].record
    values = {**of.codes, **of.words}
    data = {
        "action": of.action.value,
        "format": FORMAT,
        "said": {one.name: _text(values[one.name], one.type) for one in record.fields if one.name in values},
        "salt": salt.hex(),
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def _said(document: Document, action: Action) -> Said:
    record = FORMS[action].record
    values = typed_record(document, record, ("said",))
    problems = tuple(_no_codes(document, record, values))
    if problems:
        raise LoadError(problems)
    private = {one.name for one in record.fields if _is_private(one.type)}
    return Said(
        action,
        {name: value for name, value in values.items() if name not in private},
        {name: value for name, value in values.items() if name in private},
    )


def _no_codes(document: Document, record: Record, values: Mapping[str, Value]) -> Iterator[Problem]:
    """What goes into the record can never be taken out of it again: it is a code, and no sentence."""
    for one in record.fields:
        value = values.get(one.name, ())
        texts = value if isinstance(value, tuple) else (value,)
        if _is_private(one.type):
            continue
        if any(isinstance(text, str) and not _CODE.fullmatch(text) for text in texts):
            place = document.place(("said", one.name))
            hint = "small letters, digits and : / . _ # -; never a person's name"
            yield Problem(f"`{one.name}` is a code", place, hint, "act")


def _is_private(kind: Type) -> bool:
    return isinstance(kind, String) and kind.private


def _text(value: Value, kind: Type) -> Data:
    match kind:
        case Date() if isinstance(value, int):
            return to_date(value).isoformat()
        case Timestamp() if isinstance(value, int):
            return to_datetime(value).isoformat()
        case List() if isinstance(value, tuple):
            return [_text(one, kind.element) for one in value]
        case _:
            assert isinstance(value, bool | int | str)
            return value


def _wrong(what: str, place: Place, hint: str) -> LoadError:
    return LoadError((Problem(what, place, hint, "act"),))
