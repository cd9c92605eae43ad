"""The exemptions as the Act has them, against the errors that published lists and replies make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.citations import Cited, cited, conflicts
from isa_guard.uk.exemptions import (
    EXEMPTIONS,
    Basis,
    Exemption,
    ExemptionError,
    Strength,
)

# Written out again, in another shape, from the Act: A absolute, Q qualified, D depends on what is cited;
# C class, P prejudice, M both, V varies.
ACT = {
    "21": "AC", "22": "QC", "22A": "QM", "23": "AC", "24": "QM", "26": "QP", "27": "QV", "27(1)": "QP",
    "27(2)": "QC", "28": "QP", "29": "QP", "30": "QC", "31": "QP", "32": "AC", "33": "QP", "34": "AC",
    "35": "QC", "36": "QP", "37": "DC", "37(1)(a)": "AC", "37(1)(aa)": "AC", "37(1)(ab)": "AC",
    "37(1)(ac)": "QC", "37(1)(ad)": "QC", "37(1)(b)": "QC", "38": "QP", "39": "QC", "40": "DC",
    "40(1)": "AC", "40(2)": "DC",
    "40(3A)": "AC", "40(3B)": "QC", "40(4A)": "QC", "41": "AC", "42": "QC", "43": "QV", "43(1)": "QC",
    "43(2)": "QP", "44": "AC",
}  # fmt: skip
STRENGTHS = {"A": Strength.ABSOLUTE, "Q": Strength.QUALIFIED, "D": Strength.DEPENDS}
BASES = {"C": Basis.CLASS, "P": Basis.PREJUDICE, "M": Basis.MIXED, "V": Basis.DEPENDS}


def test_no_exemption_is_missing_or_stands_twice() -> None:
    assert sorted(each.section for each in EXEMPTIONS) == sorted(ACT)


@pytest.mark.parametrize("section", ACT)
def test_each_exemption_is_what_the_act_makes_it(section: str) -> None:
    entry = cited(f"s.{section}").exemption
    letters = ACT[section]
    assert (entry.strength, entry.basis) == (STRENGTHS[letters[0]], BASES[letters[1]])


@pytest.mark.parametrize("each", EXEMPTIONS, ids=lambda each: each.section)
def test_harm_is_shown_for_prejudice_and_never_for_a_class(each: Exemption) -> None:
    assert each.harm_evidence == (each.basis is not Basis.CLASS)
    assert each.public_interest_test == (each.strength is not Strength.ABSOLUTE)


def test_only_what_is_accessible_and_trade_secrets_must_always_be_confirmed_or_denied() -> None:
    assert [each.section for each in EXEMPTIONS if each.ncnd is None] == ["21", "43(1)"]
    assert cited("s.23(1)").exemption.ncnd == "23(5)"
    assert cited("40(1)").exemption.ncnd == "40(5A)"
    assert cited("40(2)").exemption.ncnd == "40(5B)"


@pytest.mark.parametrize(
    ("citation", "section"),
    [
        ("s.38(1)(a)(b)", "38"),
        ("Section 31(1)(a)", "31"),
        ("s 23(1)", "23"),
        ("sec. 22a", "22A"),
        ("S.37(1)(AC)", "37(1)(ac)"),
        ("37(1)(a)", "37(1)(a)"),
        ("37(1)(ad)(i)", "37(1)(ad)"),
        ("40 (2)", "40(2)"),
        ("40(3a)(a)", "40(3A)"),
        ("27(3)", "27"),
    ],
)
def test_a_citation_is_read_to_the_most_precise_entry(citation: str, section: str) -> None:
    assert cited(citation).exemption.section == section


@pytest.mark.parametrize(
    ("old", "new", "strength"),
    [
        ("40(3)(a)(i)", "40(3A)(a)", Strength.ABSOLUTE),
        ("s.40(3)(a)(ii)", "40(3B)", Strength.QUALIFIED),
        ("40(3)(b)", "40(3A)(b)", Strength.ABSOLUTE),
        ("40(3)", "40(3A)", Strength.ABSOLUTE),
        ("40(4)", "40(4A)", Strength.QUALIFIED),
        ("40(4)(a)", "40(4A)(a)", Strength.QUALIFIED),
    ],
)
def test_numbers_of_before_2018_are_read_as_todays_with_a_note(
    old: str, new: str, strength: Strength
) -> None:
    found = cited(old)
    assert found.citation == new
    assert found.exemption.strength is strength
    assert f"it is {new} now" in found.notes[0]
    assert found.superseded != ()
    assert cited(new).superseded == ()


def test_personal_data_of_others_needs_its_condition_named() -> None:
    assert cited("40(2)").notes == (
        "name the condition: 40(3A) is absolute, 40(3B) and 40(4A) are qualified",
    )
    assert cited("40(3A)(a)").notes == ()


@pytest.mark.parametrize(
    ("citation", "why"),
    [
        ("s.12", "refusal for cost"),
        ("s.14(1)", "vexatious"),
        ("section 25", "certificates"),
        ("s.45", "section 45 is no exemption"),
        ("s.21A", "section 21A is no exemption"),
        ("Regulation 12(5)", "no citation"),
        ("s.30 and s.31", "more than one section"),
        ("40(2) and data", "more than one section"),
        ("40(1)&(2)", "exemptions apart"),
        ("27(1) and (2)", "exemptions apart"),
        ("40(2) with 40(3A)(a) and 40(3B)", "exemptions apart"),
        ("", "no citation"),
        ("s.31" + "(1)" * 50_000, "no citation"),
        ("s.３１", "no citation"),
    ],
)
def test_what_is_no_exemption_is_refused(citation: str, why: str) -> None:
    with pytest.raises(ExemptionError, match=why) as refusal:
        cited(citation)
    assert len(str(refusal.value)) < 200


def test_law_enforcement_is_not_claimed_beside_investigations() -> None:
    both = (cited("s.30(1)(a)"), cited("s.31(1)(a)"))
    assert "exclude each other" in conflicts(both)[0]
    assert conflicts(both[:1]) == conflicts(both[1:]) == ()
    assert conflicts((cited("23(1)"), cited("31(1)(a)"))) == ()


@given(
    st.text(max_size=20) | st.from_regex(r"(s\.)?[1-5][0-9][aA]?(\([0-9a-zA-Z]{1,2}\)){0,5}", fullmatch=True)
)
def test_any_text_is_a_citation_or_a_refusal(text: str) -> None:
    try:
        found = cited(text)
    except ExemptionError:
        return
    again = cited(found.citation)
    assert (again.citation, again.exemption, again.superseded) == (found.citation, found.exemption, ())


@pytest.mark.parametrize(
    ("citation", "condition", "full", "section"),
    [
        ("Section 40(2)&(3)", "40(3A)(a)", "40(2) with 40(3A)(a)", "40(3A)"),
        ("40(2)", "Section 40(3)(a)(i)", "40(2) with 40(3A)(a)", "40(3A)"),
        ("40(2)(a)(b) and (3A)(a)", "", "40(2)(a)(b) with 40(3A)(a)", "40(3A)"),
        ("40(2)", "40(3B)", "40(2) with 40(3B)", "40(3B)"),
        ("40(2) with 40(4)", "", "40(2) with 40(4A)", "40(4A)"),
        ("31(1)(a)&(b)", "", "31(1)(a) and 31(1)(b)", "31"),
        ("s.38(1)(a), (b)", "", "38(1)(a) and 38(1)(b)", "38"),
    ],
)
def test_the_parts_of_one_section_are_read_together(
    citation: str, condition: str, full: str, section: str
) -> None:
    found = cited(citation, condition)
    assert (found.citation, found.exemption.section, found.complete) == (full, section, True)


@pytest.mark.parametrize(
    ("citation", "condition"), [("31(1)(a)", "40(3A)(a)"), ("40(1)", "40(3A)(a)"), ("40(2)", "31")]
)
def test_a_condition_belongs_to_section_40_2_alone(citation: str, condition: str) -> None:
    with pytest.raises(ExemptionError):
        cited(citation, condition)


@pytest.mark.parametrize("citation", ["27", "37", "40", "40(2)", "43", "27(3)"])
def test_a_citation_that_leaves_a_test_open_is_not_complete(citation: str) -> None:
    assert not cited(citation).complete


def complete(found: Cited) -> bool:
    return "D" not in ACT[found.exemption.section] and "V" not in ACT[found.exemption.section]


@pytest.mark.parametrize("section", ACT)
def test_an_entry_is_complete_where_the_act_leaves_nothing_open(section: str) -> None:
    found = cited(section)
    assert found.complete == complete(found)
