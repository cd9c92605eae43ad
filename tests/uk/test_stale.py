"""Old law and old technology, found where agreements cite it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.stale import stale_terms


@pytest.mark.parametrize(
    ("text", "term", "instead"),
    [
        ("under the Data Protection Act 1998.", "Data Protection Act 1998", "Data Protection Act 2018"),
        ("the DPA 1998", "DPA 1998", "UK GDPR"),
        ("the Data\nProtection Act, 1998", "Data\nProtection Act, 1998", "UK GDPR"),
        ("training by NCALT", "NCALT", "College Learn"),
        ("to IL3", "IL3", "controls"),
        ("to IL/3 standard", "IL/3", "controls"),
        ("Impact Level 3", "Impact Level 3", "controls"),
        ("a GSI address", "GSI", "gov.uk domain"),
        ("someone at office.gsi.gov.uk", "gsi.gov.uk", "gov.uk domain"),
        ("PNN addresses", "PNN", "police.uk domain"),
        ("cambs.pnn.police.uk", "pnn.police.uk", "police.uk domain"),
        ("ISO/IEC 27002:2013", "ISO/IEC 27002:2013", "27001:2022"),
        ("ISO 27001: 2013", "ISO 27001: 2013", "27001:2022"),
        (
            "the Information Commissioner’s Office",
            "Information Commissioner’s Office",
            "Information Commission",
        ),
        ("exempt by s.40(3)(a)(i)", "s.40(3)(a)(i)", "40(3A)(a)"),
        ("see   40(3)(b)", "40(3)(b)", "40(3A)(b)"),
        ("an EU or EEA organisation", "EU or EEA", "United Kingdom"),
        ("the European Union or the European Economic Area", None, "United Kingdom"),
        ("Regulation (EU) 2016/679", "Regulation (EU) 2016/679", "UK GDPR"),
        ("the GPMS", "GPMS", "Classifications Policy"),
        ("[LOCSEN]", "LOCSEN", "OFFICIAL-SENSITIVE"),
        ("MoPI Code of Practice (2005)", "MoPI Code of Practice (2005)", "records management"),
        ("the Privacy Shield", "Privacy Shield", "UK extension"),
        ("a CRB check", "CRB check", "Disclosure and Barring"),
        ("by TLS 1.0", "TLS 1.0", "TLS 1.2"),
    ],
)
def test_a_stale_term_is_found_with_what_to_write_instead(text: str, term: str | None, instead: str) -> None:
    (found,) = stale_terms(text)
    if term is not None:
        assert found.term == term
    assert text[found.offset :].startswith(found.term)
    assert instead in found.instead
    assert found.why
    assert found.since


@pytest.mark.parametrize(
    "text",
    [
        "Data Protection Act 2018",
        "UK GDPR",
        "ISO/IEC 27002:2022",
        "ISO/IEC 27001",
        "s.40(3A)(a)",
        "the UK, EU or EEA",
        "EU or EEA organisations, or those in the United Kingdom",
        "pnnx.police.uk",
        "oil3, mill 3, civil 2000",
        "gsi",
        "TLS 1.2",
        "Information Commission",
        "",
    ],
)
def test_what_is_current_is_left_alone(text: str) -> None:
    assert stale_terms(text) == ()


def test_every_mention_is_given_in_the_order_of_the_text() -> None:
    text = "PNN or GSI addresses, IL/3, and the Data Protection Act 1998; PNN again"
    assert [each.term for each in stale_terms(text)] == [
        "PNN",
        "GSI",
        "IL/3",
        "Data Protection Act 1998",
        "PNN",
    ]


@given(st.text("DPA 1998IL3/GS.pnnEUorEA40(3)(b)", max_size=80))
def test_any_text_is_searched_and_every_hit_is_in_it(text: str) -> None:
    for found in stale_terms(text):
        assert text[found.offset : found.offset + len(found.term)] == found.term


@pytest.mark.parametrize(
    "piece", ["DPA ", "EU or ", "EU or EEA", " ", "Data ", "40(3)", "IL/", "Information "]
)
def test_the_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begun = time.process_time()
        stale_terms(text)
        return time.process_time() - begun

    small = min(seconds(20_000) for _ in range(3))
    assert seconds(200_000) < max(40 * small, 0.2)
