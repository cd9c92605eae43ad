"""What belongs to the parties of an agreement themselves, and is therefore nobody's secret.

An office's postcode, its switchboard and the mailboxes of the organisations stand in every letter; reporting
them would bury the person who stands there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from isa_guard.frozen import dataclass
from isa_guard.uk.identifiers.contact import email, phone
from isa_guard.uk.identifiers.places import postcode
from isa_guard.uk.secure_mail import MailError, domain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.model.agreement import Party


@dataclass(frozen=True, slots=True)
class Known:
    """Postcodes, telephone numbers, mailboxes and mail domains of organisations, in canonical form.

    Use `Known.of`: it brings them into that form.
    """

    postcodes: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        parties: Iterable[Party] = (),
        *,
        postcodes: Iterable[str] = (),
        phones: Iterable[str] = (),
        mailboxes: Iterable[str] = (),
        domains: Iterable[str] = (),
    ) -> Self:
        """What the parties' own mail domains say, and what is named beside them. Raises MailError for a bad domain.

        A postcode, telephone number or mailbox that is none would allow nothing, and is left out.
        """
        every_domain = [*(domain for party in parties for domain in party.mail), *domains]
        return cls(
            frozenset(filter(None, map(postcode, postcodes))),
            frozenset(filter(None, map(phone, phones))),
            frozenset(one.lower() for one in filter(None, map(email, mailboxes))),
            frozenset(map(domain_name, every_domain)),
        )

    def any(self) -> bool:
        """Whether anything is known of anybody."""
        return bool(self.postcodes or self.phones or self.mailboxes or self.domains)

    def covers(self, entity: str, canonical: str) -> bool:
        """Whether a value is the organisations' own."""
        match entity:
            case "postcode":
                return canonical in self.postcodes
            case "address":
                return any(canonical.endswith(own) for own in self.postcodes)
            case "phone":
                return canonical in self.phones
            case "email":
                return canonical.lower() in self.mailboxes or self._has_domain(canonical)
            case _:
                return False

    def _has_domain(self, mailbox: str) -> bool:
        try:
            labels = domain_name(mailbox.rpartition("@")[2]).split(".")
        except MailError:
            return False
        return any(".".join(labels[start:]) in self.domains for start in range(len(labels)))


NOBODY: Final = Known()
