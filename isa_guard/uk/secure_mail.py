"""Which family of mail domains an address belongs to, and what that still says about security.

A domain name has stopped being evidence by itself: the standard is the transport (TLS 1.2 both ways, MTA-STS,
DMARC). Names are compared label by label, and no error ever repeats what stands before the @: it is a
person's.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass


class MailError(IsaGuardError):
    """No address or domain that mail could safely be sent to. The message never holds the address itself."""


class Status(StrEnum):
    """What a family of domains is worth today. CONDITIONAL: only where its condition is shown as well."""

    CURRENT = "current"
    CONDITIONAL = "conditional"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Family:
    """Domains under one suffix, with what has to be shown (`condition`) or known about them."""

    suffix: str
    title: str
    status: Status
    condition: str


_TRANSPORT: Final = "evidence of protected transport: TLS 1.2 or later, MTA-STS, DMARC"
_GSI: Final = "retired in March 2019: meets the wording of an agreement that names it, but is obsolete"

FAMILIES: Final = (
    Family("police.uk", "police forces", Status.CURRENT, _TRANSPORT),
    Family("gov.uk", "government", Status.CURRENT, _TRANSPORT),
    Family("gov.scot", "Scottish Government", Status.CURRENT, _TRANSPORT),
    Family("gov.wales", "Welsh Government", Status.CURRENT, _TRANSPORT),
    Family("llyw.cymru", "Welsh Government", Status.CURRENT, _TRANSPORT),
    Family("mod.uk", "Ministry of Defence", Status.CURRENT, _TRANSPORT),
    Family("nhs.net", "NHSmail", Status.CURRENT, _TRANSPORT),
    Family("parliament.uk", "Parliament", Status.CURRENT, _TRANSPORT),
    Family("judiciary.uk", "judiciary", Status.CURRENT, _TRANSPORT),
    Family("cjsm.net", "Criminal Justice Secure Mail", Status.CONDITIONAL, "the sender is on CJSM as well"),
    Family("nhs.uk", "NHS organisations", Status.CONDITIONAL, "the domain is accredited to DCB1596"),
    Family(
        "pnn.police.uk",
        "Police National Network",
        Status.RETIRED,
        "retired for police.uk: meets the wording of an agreement that names it, but is obsolete",
    ),
    Family("gsi.gov.uk", "GSI family", Status.RETIRED, _GSI),
    Family("gsx.gov.uk", "GSI family", Status.RETIRED, _GSI),
    Family("gse.gov.uk", "GSI family", Status.RETIRED, _GSI),
    Family("gcsx.gov.uk", "GSI family", Status.RETIRED, _GSI),
)
_BY_SUFFIX: Final = {family.suffix: family for family in FAMILIES}

_LONGEST_DOMAIN: Final = 253  # RFC 1035 s.2.3.4, as text
_LONGEST_LOCAL: Final = 64  # RFC 5321 s.4.5.3.1.1
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
# Quoting, comments, lists and the old routings by % and ! can all send mail elsewhere than the domain says.
_REFUSED: Final = frozenset(' "(),:;<>[\\]%!')


def mail_domain(address: str) -> str:
    """The domain of an address: lower case, no trailing dot, international labels in their xn-- form.

    Raises MailError for anything but one plain address, without repeating any of it.
    """
    local, at, domain = address[: _LONGEST_LOCAL + _LONGEST_DOMAIN + 3].rpartition("@")
    if len(address) > _LONGEST_LOCAL + _LONGEST_DOMAIN + 2:
        raise MailError(f"an address of {len(address)} characters is too long")
    if not at:
        raise MailError("an address needs an @")
    if "@" in local:
        raise MailError("an address with two @ is refused")
    if not 1 <= len(local) <= _LONGEST_LOCAL:
        raise MailError("what stands before the @ has 1 to 64 characters")
    if any(character in _REFUSED or not character.isprintable() for character in local):
        raise MailError(
            "quotes, comments, lists, routings and unprintable characters before the @ are refused"
        )
    return domain_name(domain)


def domain_name(domain: str) -> str:
    """A domain in the one form that is compared. Raises MailError, without repeating it."""
    if len(domain) > _LONGEST_DOMAIN + 1:
        raise MailError(f"a domain of {len(domain)} characters is too long")
    labels = [_label(label) for label in domain.removesuffix(".").split(".")]
    if len(labels) < 2 or labels[-1].isdigit():
        raise MailError("a domain has at least two labels, and the last is no number")
    name = ".".join(labels)
    if len(name) > _LONGEST_DOMAIN:
        raise MailError(f"a domain of {len(name)} characters is too long")
    return name


def has_suffix(address_or_domain: str, suffix: str) -> bool:
    """Whether a domain is `suffix` or lies under it, on whole labels: notpolice.uk is not under police.uk.

    Raises MailError for what is neither an address nor a domain.
    """
    return _under(_domain_of(address_or_domain), domain_name(suffix))


def family(address_or_domain: str) -> Family | None:
    """The most precise family that a domain belongs to; None for a domain of nobody's. Raises MailError."""
    labels = _domain_of(address_or_domain).split(".")
    for start in range(len(labels)):
        found = _BY_SUFFIX.get(".".join(labels[start:]))
        if found is not None:
            return found
    return None


def _domain_of(address_or_domain: str) -> str:
    return mail_domain(address_or_domain) if "@" in address_or_domain else domain_name(address_or_domain)


def _under(domain: str, suffix: str) -> bool:
    return domain == suffix or domain.endswith("." + suffix)


def _label(label: str) -> str:
    if label.isascii():
        plain = label.lower()
    else:
        try:
            plain = label.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise MailError("a label of the domain is no international name") from error
        # A label that turns into plain ASCII (full-width letters and their like) only pretends to be another.
        if not plain.startswith("xn--"):
            raise MailError("a label of the domain only looks like another name")
    if not _LABEL.fullmatch(plain):
        raise MailError("a label of the domain has 1 to 63 letters, digits and inner hyphens")
    return plain
