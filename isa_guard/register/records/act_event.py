"""An act of a person in the register: its codes, and the signature of the person's own key over them.

The person signs the act's strict JSON as DSSE signs a payload; so whoever holds the record alone can check who acted, also when the
act's document has been erased. The record around it is signed by the register's key, as every record is.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, ClassVar, Final

from isa_guard.frozen import dataclass
from isa_guard.language.types import Bool, Date, Int, List, String, Timestamp
from isa_guard.language.values import from_date, from_datetime, to_date, to_datetime
from isa_guard.load.dates import read_day
from isa_guard.model.act import Act, Action
from isa_guard.model.act_fields import CODE_FORM, FORMS
from isa_guard.register import strict_json
from isa_guard.register.faults import RecordError
from isa_guard.register.records.clock import instant, read_instant
from isa_guard.register.records.dsse import pae
from isa_guard.register.records.members import DIGEST, Members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.types import Type
    from isa_guard.language.values import Value
    from isa_guard.register.signing.keys import PublicKey, Signer
    from isa_guard.register.strict_json import Json

PAYLOAD_TYPE: Final = "application/vnd.isa-guard.act+json"
_CODE: Final = re.compile(CODE_FORM, re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)
_SIGNATURE_BYTES: Final = 64
_MEMBERS: Final = ("action", "agreement", "at", "document", "id", "matter", "origin", "party", "post", "values")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActEvent:
    """A person's act, with the id of the key that signed it and the signature."""

    KIND: ClassVar[str] = "act-event"
    act: Act
    key_id: str
    signature: bytes

    @property
    def told(self) -> str:
        """The event in a few words."""
        return f"{self.act.action.value} by {self.act.post} of {self.act.party}"

    @property
    def subject(self) -> tuple[str, str]:
        """What the record is about: a name and a digest."""
        return "act", self.act.document

    def is_of(self, key: PublicKey) -> bool:
        """Answer whether the signature is one of this key over this act."""
        return self.key_id == key.key_id and key.verifies(self.signature, _signed_bytes(self.act))


def signed(act: Act, signer: Signer) -> ActEvent:
    """Answer the act, signed by a person's key. Raises RecordError for what a record cannot hold."""
    return ActEvent(act, signer.key_id, signer.sign(_signed_bytes(act)))


def act_event_part(event: ActEvent) -> dict[str, Json]:
    """Answer what a record says of an act."""
    return {
        "act": act_part(event.act),
        "keyid": event.key_id,
        "kind": event.KIND,
        "sig": base64.b64encode(event.signature).decode("ascii"),
    }


def act_part(act: Act) -> dict[str, Json]:
    """Answer an act as it is signed. Raises RecordError for a text that is no code."""
    for text in (act.party, act.post):
        _code(text)
    fields = {one.name: one.type for one in FORMS[act.action].record.fields}
    return {
        "action": act.action.value,
        "agreement": {"digest": {"sha256": act.agreement_digest}, "id": act.agreement, "version": act.version},
        "at": instant(act.at),
        "document": {"sha256": act.document},
        "id": act.id,
        "matter": act.matter,
        "origin": act.origin,
        "party": act.party,
        "post": act.post,
        "values": {name: _written(value, fields[name]) for name, value in act.values.items()},
    }  # fmt: skip


def read_act_event(members: Members) -> ActEvent:
    """Answer the act that a record holds; nobody's signature is checked here. Raises RecordError."""
    members.only("act", "keyid", "kind", "sig")
    key_id = members.text("keyid")
    try:
        signature = base64.b64decode(members.text("sig"), validate=True)
    except ValueError:
        signature = b""
    if not DIGEST.match(key_id) or len(signature) != _SIGNATURE_BYTES:
        raise RecordError("an act bears no key id, or no signature")
    return ActEvent(_read(members.object("act")), key_id, signature)


def _read(found: Members) -> Act:
    found.only(*_MEMBERS)
    try:
        action = Action(found.text("action"))
    except ValueError:
        raise RecordError("`action` is none that is known") from None
    agreement = found.object("agreement")
    agreement.only("digest", "id", "version")
    ids = (found.text("id"), found.text("matter"))
    if not all(_ID.match(one) for one in ids):
        raise RecordError("an act, or its matter, has no id")
    return Act(
        id=ids[0],
        action=action,
        matter=ids[1],
        origin=found.text("origin"),
        at=read_instant(found.text("at")),
        agreement=agreement.text("id"),
        version=agreement.text("version"),
        agreement_digest=agreement.object("digest").digest(),
        party=_code(found.text("party")),
        post=_code(found.text("post")),
        values=_values(action, found.object("values")),
        document=found.object("document").digest(),
    )


def _values(action: Action, found: Members) -> Mapping[str, Value]:
    fields = {one.name: one for one in FORMS[action].record.fields if not _private(one.type)}
    unknown = set(found.found) - set(fields)
    lacking = {name for name, one in fields.items() if not one.optional} - set(found.found)
    if unknown or lacking:
        raise RecordError("an act says more or less than its kind does")
    return {name: _value(value, fields[name].type) for name, value in found.found.items()}


def _private(kind: Type) -> bool:
    return isinstance(kind, String) and kind.private


def _signed_bytes(act: Act) -> bytes:
    return pae(PAYLOAD_TYPE, strict_json.write(act_part(act)))


def _written(value: Value, kind: Type) -> Json:
    match kind:
        case Date() if isinstance(value, int):
            return to_date(value).isoformat()
        case Timestamp() if isinstance(value, int):
            return instant(to_datetime(value))
        case Bool() | Int() if isinstance(value, int):
            return value
        case String() if isinstance(value, str) and not kind.private:
            return _code(value)
        case List() if isinstance(value, tuple):
            return [_written(one, kind.element) for one in value]
        case _:
            raise RecordError("an act holds what no record can hold")


def _value(value: Json, kind: Type) -> Value:
    match kind:
        case Date():
            day = read_day(value) if isinstance(value, str) else None
            if day is not None:
                return from_date(day)
        case Timestamp():
            return from_datetime(read_instant(value))
        case Bool():
            if isinstance(value, bool):
                return value
        case Int():
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        case String():
            if isinstance(value, str) and (kind.values is None or value in kind.values):
                return _code(value)
        case List():
            if isinstance(value, list):
                return tuple(_value(one, kind.element) for one in value)
        case _:
            pass
    raise RecordError("an act has a field of another type than it should")


def _code(text: str) -> str:
    """Answer a text that may stand in a record for ever: a code, which is no sentence and no name with a space."""
    if not _CODE.fullmatch(text):
        raise RecordError("an act says something that is no code: small letters, digits and : / . _ # -")
    return text
