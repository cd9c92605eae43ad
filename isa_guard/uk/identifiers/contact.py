"""How a person is reached: telephone, e-mail, network address."""

from __future__ import annotations

import ipaddress
import re
from itertools import product
from typing import Final

from isa_guard.uk.identifiers.checks import compact, digits
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength
from isa_guard.uk.secure_mail import MailError, mail_domain

# Ofcom, National Telephone Numbering Plan: geographic, personal and mobile numbers, and nomadic ones (056). The
# ranges 03, 08 and 09 belong to services, 055 to companies.
GEOGRAPHIC_SHORT: Final = re.compile(r"1[2-9]\d{7}")
ASSIGNED: Final = re.compile(r"1[1-9]\d{8}|2[03489]\d{8}|56\d{8}|7[0-57-9]\d{8}|7624\d{6}")
# Ofcom, telephone numbers for use in TV and radio drama programmes: they ring nowhere.
DRAMA: Final = re.compile(
    r"(?:(?:11[3-8]|121|131|141|151|161)4960|1914980|2079460|2896496|2920180|1632960|7700900)\d{3}"
)
EMAIL_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+)*")
# RFC 2606 and RFC 6761: names kept for documentation and tests.
_RESERVED_ENDINGS: Final = (".invalid", ".test", ".example", ".localhost", ".local")

# RFC 5737 and RFC 3849, and this network itself (RFC 791).
_DOCUMENTATION: Final = (
    ipaddress.ip_network("192.0.2.0/24"),
    ipaddress.ip_network("198.51.100.0/24"),
    ipaddress.ip_network("203.0.113.0/24"),
    ipaddress.ip_network("2001:db8::/32"),
    ipaddress.ip_network("0.0.0.0/8"),
)


def phone(text: str) -> str | None:
    """A telephone number that a person may have, in the form +44...; numbers of services and of drama are none.

    Source: Ofcom, National Telephone Numbering Plan, and its ranges for drama.
    """
    written = compact(text, " -.()")
    for prefix in ("+440", "00440", "+44", "0044", "0"):
        if written.startswith(prefix):
            number = written[len(prefix) :]
            break
    else:
        return None
    if not (digits(number, 10) or digits(number, 9)):
        return None
    known = ASSIGNED.fullmatch(number) or GEOGRAPHIC_SHORT.fullmatch(number)
    if not known or DRAMA.fullmatch(number) or len(set(number[3:])) == 1:
        return None
    return "+44" + number


def email(text: str) -> str | None:
    """A mailbox, its domain in lower case; names kept for tests (RFC 6761) are none. Source: RFC 5321 s.4.1.2."""
    local, at, _ = text.rpartition("@")
    if not at or not EMAIL_LOCAL.fullmatch(local):
        return None
    try:
        domain = mail_domain(text)
    except MailError:
        return None
    if domain.endswith(_RESERVED_ENDINGS):
        return None
    return f"{local}@{domain}"


def ip_address(text: str) -> str | None:
    """An IPv4 or IPv6 address that a machine can have; loopback, multicast, reserved and documentation ones are none.

    Source: IANA special-purpose address registries; RFC 5737 and RFC 3849 for documentation.
    """
    if ":" in text and "::" not in text and text.count(":") != 7:
        return None  # a time of day, or a part of something longer: told at once, for there are many
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if found.is_loopback or found.is_unspecified or found.is_multicast or found.is_reserved:
        return None
    if found.is_link_local or any(found in network for network in _DOCUMENTATION):
        return None
    return str(found)


# Four numbers of which one has three digits: versions of software rarely reach that far.
_LONG_ADDRESSES: Final = tuple(
    ".".join(parts) for parts in product(("9", "99", "999"), repeat=4) if "999" in parts
)

IDENTIFIERS: Final = (
    Identifier(
        "phone",
        "Telephone number",
        r"(?:\+44|0044)[ -]?\(?0?\)?[ -]?[1-9][0-9]{1,4}(?:[ -]?[0-9]{2,7}){1,3}|\(0[1-9][0-9]{1,4}\)(?:[ -]?[0-9]{3,8}){1,2}"
        r"|0[1-9][0-9]{1,4}(?:[ -]?[0-9]{2,7}){1,3}",
        phone,
        Strength.SHAPED,
        (
            "phone",
            "tel",
            "telephone",
            "mobile",
            "mob",
            "cell",
            "contact",
            "call",
            "called",
            "rang",
            "ring",
            "text",
            "landline",
            "number is",
            "msisdn",
            "fax",
            "phoned",
        ),
        LeadsTo.PERSON,
        ("Ofcom, National Telephone Numbering Plan", "Ofcom, numbers for drama"),
        "ranges that persons have; not services, not drama",
        ("99999 999999", "999 9999 9999", "+99 9999 999999", "99999999999"),
        (
            "99999 999999",
            "9999 999 9999",
            "999 9999 9999",
            "99999 999 999",
            "+999999999999",
            "+99 9999 999999",
            "+99 9999 999 999",
            "+99 99 9999 9999",
            "(99999) 999999",
            "(9999) 999 9999",
            "(999) 9999 9999",
        ),
    ),
    Identifier(
        "email",
        "E-mail address",
        r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}",
        email,
        Strength.CONCLUSIVE,
        ("email", "e-mail", "mail", "mailbox"),
        LeadsTo.PERSON,
        ("RFC 5321 s.4.1.2", "RFC 6761"),
        "a domain that can exist and is not kept for tests",
        ("aaaaa.aaaaa@aaaaaaa.aa",),
    ),
    Identifier(
        "ip-address",
        "IP address",
        r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?i:(?:[0-9A-F]{0,4}:){2,7}[0-9A-F]{1,4})",
        ip_address,
        Strength.SHAPED,
        (
            "ip",
            "ip address",
            "ipaddress",
            "ipv4",
            "ipv6",
            "host",
            "client",
            "remote",
            "source ip",
            "src",
            "logged in",
        ),
        LeadsTo.PERSON,
        ("RFC 791", "RFC 4291", "IANA special-purpose address registries"),
        "not loopback, multicast, reserved or for documentation",
        ("999.999.999.999", "99.99.999.99"),
        _LONG_ADDRESSES,
    ),
)
