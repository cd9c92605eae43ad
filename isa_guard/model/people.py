"""Who acts: a post of a party, by the key of the person who holds it, and the offices that the post carries."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from isa_guard.frozen import dataclass

POST: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z", re.ASCII)


class Office(StrEnum):
    """What a person is trusted with under the agreement."""

    REQUESTER = "requester"  # asks for information, keeps what came
    SPOC = "spoc"  # the single point of contact: decides requests, gives express authority
    OWNER = "owner"  # speaks for the party that information comes from
    DATA_PROTECTION = "data-protection"  # breaches, rights requests, holds
    AUDITOR = "auditor"  # reviews, and signs a review off


@dataclass(frozen=True, slots=True)
class Person:
    """One key, the post that its holder fills, the party that the post is of. A post is a code, never a name."""

    key_id: str
    party: str
    post: str
    offices: tuple[Office, ...]
