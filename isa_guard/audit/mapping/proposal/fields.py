"""Which column is likely to be which field of an event, by what the log calls it and what it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.bound import AT
from isa_guard.audit.mapping.proposal.guesses import day_format, plain
from isa_guard.frozen import dataclass
from isa_guard.language.types import Bool, Date, Int, List, String

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.audit.mapping.proposal.guesses import Guess
    from isa_guard.language.types import Field, Record

# What logs call the fields of an event, likeliest first; a field's own name comes before these.
CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("event id", "entry id", "record id", "log id", "message id", "id", "uid", "uuid", "guid"),
    "seq": ("sequence", "sequence number", "seq no", "entry", "entry no", "number", "no", "line number"),
    "action": ("verb", "operation", "event", "event type", "event name", "activity", "activity id", "action type", "command", "method", "msgid", "type"),
    "actor": ("user", "user id", "userid", "username", "user name", "account", "account id", "operator", "staff no", "staff number", "collar number", "officer", "login", "principal", "who", "by"),
    "party": ("organisation", "organization", "org", "force", "agency"),
    "recipient": ("sent to", "to", "destination", "recipient organisation", "disclosed to", "shared with"),
    "owner": ("data owner", "information owner"),
    "dataset": ("record set", "data set", "folder", "database", "table", "system", "resource", "collection", "object", "file", "path", "site", "url", "module"),
    "ref": ("request", "request id", "request no", "request number", "transfer", "case ref", "case reference", "ticket", "reference number"),
    "records": ("record count", "number of records", "no of records", "rows", "row count", "count", "volume", "hits"),
    "origin": ("ip", "ip address", "client ip", "source ip", "src ip", "remote addr", "address", "terminal", "workstation", "device", "host", "hostname", "machine"),
    "justification": ("reason", "reason for access", "reason code", "comment", "comments", "note", "notes"),
    "marking": ("classification", "protective marking", "gscp", "label"),
    "category": ("data category", "category of data"),
    "needed_by": ("due", "due date", "due by", "deadline"),
    "received_on": ("received", "date received"),
    "legal_hold": ("hold", "on hold"),
    "method": ("disposal method", "destruction method"),
}  # fmt: skip
# The stems of codes and the action that they are likely to mean; the first that fits counts.
STEMS: Final = (
    (
        "access-ended",
        r"revoke|unshare|remove[_ ]?(access|user|member)|access[_ ]?(ended|removed)|deprovision",
    ),
    ("access-granted", r"grant|add[_ ]?(access|user|member)|provision"),
    (
        "accessed",
        r"view|read|open|access|get|search|srch|query|select|lookup|preview|retriev|inspect|list|browse",
    ),
    ("shared", r"share|sharing|export|exp$|send|sent|disclos|transfer|forward|email|download"),
    ("received", r"receiv|rcv|import"),
    ("requested", r"request|req$"),
    ("refused", r"refus|reject|den(y|ied)"),
    ("permitted", r"permit|approv|allow"),
    ("authorised", r"authori[sz]"),
    ("printed", r"print|prt"),
    ("disposed", r"delet|del$|dispos|destroy|purg|eras|shred|wipe"),
    ("corrected", r"correct|rectif|amend|amd$"),
    ("stored", r"stor|save|upload|creat|insert|write|put|add$"),
    ("trained", r"train"),
    ("reviewed", r"review"),
)
OTHER: Final = "other"
LIMIT_CODES: Final = 60
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/() -]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A field and the column that it is likely to come from; `words` for the column's codes, None for a person to find."""

    field: str
    column: Guess
    words: Mapping[str, str | None] | None = None
    day: str | None = None
    as_text: bool = False  # the column holds numbers, and the field is text


def proposed(columns: Sequence[Guess], event: Record, times: frozenset[str]) -> tuple[Proposed, ...]:
    """Answer what is likely for each field, every column for one field only. `times` are taken by `at`."""
    found: list[Proposed] = []
    used = set(times)
    for field in event.fields:
        if field.name == AT:
            continue
        for column in _called(field.name, columns):
            one = _fits(field, column) if column.name not in used else None
            if one is not None:
                used.add(column.name)
                found.append(one)
                break
    return tuple(found)


def _called(field: str, columns: Sequence[Guess]) -> list[Guess]:
    names = (field.replace("_", " "), *CALLED.get(field, ()))
    return [column for name in names for column in columns if column.key == name]


def _fits(field: Field, column: Guess) -> Proposed | None:
    if not column.values:
        return None
    match field.type:
        case String(values=None):
            repeated = field.name == "reference" and (column.optional or max(column.counts) > 1)
            if column.type not in {"string", "int"} or repeated:
                return None
            return Proposed(field.name, column, as_text=column.type == "int")
        case String(values=words) if words is not None:
            found = _words(column, words)
            return Proposed(field.name, column, found) if found else None
        case Int():
            return Proposed(field.name, column) if column.type == "int" else None
        case Bool():
            return Proposed(field.name, column) if column.type == "bool" else None
        case Date():
            day = day_format(column.values) if column.type == "string" else None
            return Proposed(field.name, column, None, day) if day else None
        case List(element=String()):
            return Proposed(field.name, column) if column.type == "list" else None
        case _:
            return None


def _words(column: Guess, words: tuple[str, ...]) -> Mapping[str, str | None] | None:
    """Answer a word for each code. Many values, or long ones, are no codes and may say anything: None."""
    codes = [str(value) for value in column.values]
    if (
        column.type not in {"string", "int"}
        or len(codes) > LIMIT_CODES
        or not all(map(_CODE.fullmatch, codes))
    ):
        return None
    found = {code: _word(code, words) for code in codes}
    if OTHER not in words and None in found.values():  # nothing could stand there until a person says what
        return None
    return found


def _word(code: str, words: tuple[str, ...]) -> str | None:
    if code.lower() in words:
        return code.lower()
    if OTHER not in words:  # the codes of anything but actions are for a person to understand
        return None
    spaced = plain(code)
    return next(
        (word for word, stems in STEMS if word in words and re.search(rf"\b(?:{stems})", spaced)), None
    )
