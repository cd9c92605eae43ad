"""The names by which the OSCAL files of a review point at one another, and text as OSCAL has it.

NIST's Open Security Controls Assessment Language, version 1.1.3: https://pages.nist.gov/OSCAL.
"""

from __future__ import annotations

import json
import re
import string
import uuid
from typing import TYPE_CHECKING, Final, TypeAlias

from isa_guard.model.agreement import CheckedBy

if TYPE_CHECKING:
    from isa_guard.model.agreement import Agreement
    from isa_guard.review.pack.pack import Pack

OSCAL: Final = "1.1.3"
CATALOG: Final = "oscal-catalog.json"
RESULTS: Final = "oscal-assessment-results.json"
# Whatever OSCAL has no name for stands in a namespace of ours, as OSCAL asks of properties that it does not define.
OURS: Final = "https://isa-guard.org/ns/oscal"
NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, OURS)
# Prose is Markdown in OSCAL, with its own marks for what is above and below the line: no word of an agreement is a mark.
_MARKS: Final = re.compile(r"([\\`*_<>\[\]{}~^])")

_KEPT: Final = frozenset(string.ascii_letters + string.digits + ".-")

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"


def method(by: CheckedBy) -> str:
    """Answer the word of SP 800-53A for a way of checking: a rule is exercised, all else is looked at."""
    return "TEST" if by is CheckedBy.RULES else "EXAMINE"


def control_id(number: str) -> str:
    """Answer the id of a clause as a control."""
    return token("clause", number)


def objective_id(number: str) -> str:
    """Answer the id of the one objective of a clause: that it is kept."""
    return f"{control_id(number)}_obj"


def token(kind: str, name: str) -> str:
    """Answer an OSCAL token for a name that may be anything, as `FOIA 17(1)`. Two names never have the same one."""
    return f"{kind}-" + "".join(one if one in _KEPT else f"_{ord(one):x}_" for one in name)


def named(*about: str) -> str:
    """Answer the UUID (version 5) of what something is about: the same for the same, in whatever file it stands."""
    return str(uuid.uuid5(NAMESPACE, "\n".join(about)))


def named_in(of: Pack, *about: str) -> str:
    """Answer the UUID of what something in a review is about: the same for the same root of the register, agreement and period."""
    period, root = of.gathered.period, of.gathered.register.root.hex()
    days = period.start.isoformat(), period.end.isoformat()
    return named("review", root, of.agreement.id, of.agreement.digest, *days, *about)


def parties(agreement: Agreement, others: tuple[str, ...] = ()) -> Tree:
    """Answer the organisations that signed, and others by their code. No person is ever one of them."""
    names = {one.id: one.name for one in agreement.parties}
    names |= {one: one for one in others if one not in names}
    return [
        {"uuid": party_uuid(agreement, one), "type": "organization", "name": _one_line(name), "short-name": one}
        for one, name in names.items()
    ]  # fmt: skip


def party_uuid(agreement: Agreement, party: str) -> str:
    """Answer the UUID of a party: the same in the review of every year."""
    return named("party", agreement.id, party)


def prop(name: str, value: str) -> Tree:
    """Answer a property in our own namespace."""
    return {"name": name, "ns": OURS, "value": _one_line(value)}


def prose(text: str) -> str:
    """Answer text as OSCAL's Markdown, in which nothing of it is a mark."""
    return _MARKS.sub(r"\\\1", text)


def line(text: str) -> str:
    """Answer text as one line of OSCAL's Markdown."""
    return prose(_one_line(text))


def written(tree: Tree) -> str:
    """Answer a document as JSON, one way only."""
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "not stated"
