"""Domains compared label by label, and no personal part of an address ever said aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.secure_mail import FAMILIES, MailError, Status, domain_name, family, has_suffix, mail_domain


@pytest.mark.parametrize(
    "domain", ["notpolice.uk", "police.uk.example.com", "gov.uk.evil.test", "uk", "olice.uk"]
)
def test_a_suffix_counts_only_on_whole_labels(domain: str) -> None:
    if "." in domain:
        assert not has_suffix(domain, "police.uk")
        assert not has_suffix(domain, "gov.uk")
        return
    with pytest.raises(MailError, match="at least two labels"):
        has_suffix(domain, "police.uk")


@pytest.mark.parametrize(
    "domain",
    ["police.uk", "scotland.police.uk", "SCOTLAND.Police.UK", "scotland.police.uk.", "spoc@cambs.police.uk"],
)
def test_what_lies_under_a_suffix_is_under_it_however_it_is_written(domain: str) -> None:
    assert has_suffix(domain, "police.uk")
    assert has_suffix(domain, "POLICE.UK.")


@pytest.mark.parametrize(
    ("address", "suffix", "status"),
    [
        ("spoc@cambs.police.uk", "police.uk", Status.CURRENT),
        ("spoc@cambs.pnn.police.uk", "pnn.police.uk", Status.RETIRED),
        ("spoc@council.gcsx.gov.uk", "gcsx.gov.uk", Status.RETIRED),
        ("spoc@office.gsi.gov.uk", "gsi.gov.uk", Status.RETIRED),
        ("spoc@council.gov.uk", "gov.uk", Status.CURRENT),
        ("spoc@cambs.police.uk.cjsm.net", "cjsm.net", Status.CONDITIONAL),
        ("spoc@trust.nhs.uk", "nhs.uk", Status.CONDITIONAL),
        ("spoc@nhs.net", "nhs.net", Status.CURRENT),
        ("spoc@health.gov.scot", "gov.scot", Status.CURRENT),
    ],
)
def test_an_address_belongs_to_its_most_precise_family(address: str, suffix: str, status: Status) -> None:
    found = family(address)
    assert found is not None
    assert (found.suffix, found.status) == (suffix, status)


def test_anything_else_belongs_to_no_family() -> None:
    assert family("spoc@example.org") is None
    assert family("police.uk.example.org") is None


def test_every_family_says_what_else_must_be_shown() -> None:
    assert all(each.condition for each in FAMILIES)
    assert len({each.suffix for each in FAMILIES}) == len(FAMILIES)
    assert all(domain_name(each.suffix) == each.suffix for each in FAMILIES)


def test_an_international_name_is_compared_in_its_ascii_form() -> None:
    assert mail_domain("spoc@b\u00fccher.example") == "xn--bcher-kva.example"
    assert mail_domain("spoc@XN--BCHER-KVA.example") == "xn--bcher-kva.example"
    assert has_suffix("b\u00fccher.example", "xn--bcher-kva.example")
    assert not has_suffix("spoc@\u0440olice.uk", "police.uk"), "a Cyrillic letter in front"


@pytest.mark.parametrize(
    "address",
    [
        "SECRETNAME",
        "@cambs.police.uk",
        "SECRETNAME@",
        "SECRETNAME@police",
        "SECRETNAME@evil.test@police.uk",
        '"SECRETNAME@evil.test"@police.uk',
        "SECRETNAME%evil.test@police.uk",
        "evil.test!SECRETNAME@police.uk",
        "SECRETNAME(comment)@police.uk",
        "Officer <SECRETNAME@police.uk>",
        "SECRETNAME@police.uk, other@evil.test",
        "SECRETNAME\x00@police.uk",
        "SECRETNAME\r\nBcc: x@police.uk",
        "SECRETNAME\u202e@police.uk",
        "SECRETNAME@police..uk",
        "SECRETNAME@.police.uk",
        "SECRETNAME@-a.police.uk",
        "SECRETNAME@po_lice.uk",
        "SECRETNAME@[192.0.2.1]",
        "SECRETNAME@192.0.2.1",
        "SECRETNAME@\uff50olice.uk",
        "SECRETNAME@police\u3002uk",
        "SECRETNAME@police.uk\u200b",
        "SECRETNAME@xn--" + "a" * 70 + ".uk",
        "SECRETNAME@" + "\u00fc" * 70 + ".uk",
        "SECRETNAME@" + ".".join(["a" * 60] * 5),
        "SECRETNAME@" + ".".join(["\u00fc" * 20] * 12),
        "SECRETNAME" * 20 + "@police.uk",
        "SECRETNAME" + "a" * 1_000_000,
        "SECRETNAME@" + "\u00fc" * 1_000_000,
    ],
)
def test_a_hostile_address_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(MailError) as refusal:
        mail_domain(address)
    assert "SECRETNAME" not in str(refusal.value)
    assert "evil" not in str(refusal.value)


def test_a_domain_beyond_all_length_is_refused() -> None:
    with pytest.raises(MailError, match="too long"):
        domain_name("a." * 500)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_an_address_or_a_refusal_that_keeps_it(local: str, domain: str) -> None:
    try:
        name = mail_domain(f"{local}@{domain}")
    except MailError:
        return
    assert name.isascii()
    assert name == domain_name(name)
    assert name == name.lower()


LABELS = st.text("abcxyz0189", min_size=1, max_size=8)


@given(
    st.lists(LABELS, min_size=1, max_size=4),
    st.lists(LABELS, min_size=2, max_size=3).filter(lambda x: not x[-1].isdigit()),
)
def test_being_under_a_suffix_agrees_with_comparing_lists_of_labels(
    front: list[str], suffix: list[str]
) -> None:
    under = ".".join(front + suffix)
    assert has_suffix(under, ".".join(suffix))
    glued = "".join(front) + ".".join(suffix)
    assert has_suffix(glued, ".".join(suffix)) == (glued.split(".") == suffix)
