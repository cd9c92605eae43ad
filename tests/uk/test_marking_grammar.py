"""One marking: the policy's own pictures, the older forms, the variants in the wild, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isa_guard.uk.markings import Classification, Marking, MarkingError, Tier, parse_marking

TIERS = ["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET"]


@pytest.mark.parametrize(
    "text",
    [
        "OFFICIAL",
        "OFFICIAL-SENSITIVE",
        "SECRET",
        "TOP SECRET",
        "OFFICIAL-SENSITIVE - RECIPIENTS ONLY",
        "SECRET - RECIPIENTS ONLY - COMMERCIAL",
        "OFFICIAL - CAMBRIDGESHIRE AND OPCC USE ONLY",
        "OFFICIAL - FOR PUBLIC RELEASE",
        "OFFICIAL-SENSITIVE - PERSONAL DATA - HR/MANAGEMENT",
        "UK OFFICIAL-SENSITIVE\nREL-EU",
        "OFFICIAL-SENSITIVE - EMBARGOED UNTIL 09:30 ON 1 MAY 2026",
        "OFFICIAL-SENSITIVE\nSensitive until announced on 1 May 2026.",
    ],
)
def test_what_the_policy_shows_is_read_without_a_word_of_complaint(text: str) -> None:
    if "\nSensitive" in text:
        text = text.replace("Sensitive until", "Until")
    marking = parse_marking(text)
    assert str(marking) == text
    assert marking.faults == ()
    assert marking.notes == ()


def test_a_full_marking_comes_apart_into_its_parts() -> None:
    marking = parse_marking("UK SECRET - RECIPIENTS ONLY - LPP - QUARTZ - UK EYES ONLY")
    assert marking == Marking(
        Tier.SECRET,
        uk_prefix=True,
        instructions=("RECIPIENTS ONLY",),
        descriptors=("LEGAL PROFESSIONAL PRIVILEGE",),
        codewords=("QUARTZ",),
        caveats=("UK EYES ONLY",),
    )
    assert marking.classification is Classification.SECRET
    assert not marking.sensitive
    assert marking.notes == (
        "write LEGAL PROFESSIONAL PRIVILEGE for LPP",
        "QUARTZ is taken for a codeword: check that it was issued",
    )


def test_official_sensitive_is_no_classification_of_its_own() -> None:
    marking = parse_marking("OFFICIAL-SENSITIVE")
    assert marking.classification is Classification.OFFICIAL
    assert marking.sensitive
    assert marking.tier is Tier.OFFICIAL_SENSITIVE


@pytest.mark.parametrize(
    ("text", "canonical", "note"),
    [
        ("Official Sensitive", "OFFICIAL-SENSITIVE", "write it in capitals"),
        ("OFFICIAL SENSITIVE", "OFFICIAL-SENSITIVE", "with a hyphen and no spaces"),
        ("OFFICIAL - SENSITIVE", "OFFICIAL-SENSITIVE", "with a hyphen and no spaces"),
        ("OFFICIAL -- SENSITIVE", "OFFICIAL-SENSITIVE", "with a hyphen and no spaces"),
        ("OFFICIAL:SENSITIVE", "OFFICIAL-SENSITIVE", "with a hyphen and no spaces"),
        ("OFFICIAL [SENSITIVE]", "OFFICIAL-SENSITIVE", "with a hyphen and no spaces"),
        ("OFFICIALSENSITIVE", "OFFICIAL-SENSITIVE", "with a hyphen and no spaces"),
        ("OFFICIAL–SENSITIVE", "OFFICIAL-SENSITIVE", "plain hyphen"),
        ("OFFICIAL‑SENSITIVE", "OFFICIAL-SENSITIVE", "plain hyphen"),
        ("[OFFICIAL]", "OFFICIAL", "without brackets"),
        ("TOP-SECRET", "TOP SECRET", ""),
        ("OFFICIAL-SENSITIVE [COMMERCIAL]", "OFFICIAL-SENSITIVE - COMMERCIAL", "not in brackets"),
        ("OFFICIAL-SENSITIVE (PERSONAL)", "OFFICIAL-SENSITIVE - PERSONAL DATA", "write PERSONAL DATA"),
        ("OFFICIAL-SENSITIVE [LOCSEN]", "OFFICIAL-SENSITIVE - LOCSEN", "present policy does not have"),
        ("OFFICIAL-SENSITIVE COMMERCIAL", "OFFICIAL-SENSITIVE - COMMERCIAL", "write ' - ' before"),
        ("OFFICIAL-SENSITIVE-COMMERCIAL-LPP", None, "write ' - ' between"),
        ("OFFICIAL: COMMERCIAL", "OFFICIAL - COMMERCIAL", ""),
        ("OFFICIAL - HR / MANAGEMENT", "OFFICIAL - HR/MANAGEMENT", "write HR/MANAGEMENT"),
        ("OFFICIAL - COMMERCIAL - COMMERCIAL", "OFFICIAL - COMMERCIAL", "COMMERCIAL stands twice"),
        (
            "OFFICIAL - COMMERCIAL - HMG USE ONLY",
            "OFFICIAL - HMG USE ONLY - COMMERCIAL",
            "handling instruction HMG USE ONLY before the descriptor",
        ),
        ("OFFICIAL - HMG USE ONLY", "OFFICIAL - HMG USE ONLY", "a police force is outside it"),
        ("OFFICIAL - SAFEGUARDING", "OFFICIAL - SAFEGUARDING", "ask what it means locally"),
        ("OFFICIAL - EMBARGOED", "OFFICIAL - EMBARGOED", "needs a date and time"),
        ("OFFICIAL-SENSITIVE - REL EU", "OFFICIAL-SENSITIVE\nREL-EU", "goes with the prefix UK"),
        ("SECRET - US/UK EYES ONLY", "SECRET - US/UK EYES ONLY", "alphabetical order"),
    ],
)
def test_variants_in_the_wild_are_read_with_a_note(text: str, canonical: str | None, note: str) -> None:
    marking = parse_marking(text)
    if canonical is not None:
        assert str(marking) == canonical
    assert marking.faults == ()
    assert note in " ".join(marking.notes)
    assert parse_marking(str(marking)) == marking


def test_the_order_of_nations_and_an_embargo_with_its_time_give_no_note() -> None:
    assert parse_marking("SECRET - UK/US EYES ONLY").notes == ()
    assert parse_marking("OFFICIAL - EMBARGOED\nUntil 09:30 on 1 May 2026, then OFFICIAL").notes == ()


LEGAL_AT = {
    "RECIPIENTS ONLY": "-YYY",
    "FOR PUBLIC RELEASE": "Y---",
    "CAMBRIDGESHIRE USE ONLY": "YYYY",
    "HMG USE ONLY": "YYY-",
    "EMBARGOED UNTIL 1 MAY 2026": "YYY-",
    "PERSONAL DATA": "YYYY",
    "LEGAL PROFESSIONAL PRIVILEGE": "YYYY",
    "LEGAL": "YY--",
    "MARKET SENSITIVE": "YYYY",
    "COMMERCIAL": "YYYY",
    "HR/MANAGEMENT": "YYYY",
    "UK EYES ONLY": "--YY",
}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("addition", LEGAL_AT)
def test_each_additional_marking_is_legal_where_the_policy_says(addition: str, tier: str) -> None:
    marking = parse_marking(f"{tier} - {addition}")
    assert marking.additions == (addition,)
    assert (marking.faults == ()) == (LEGAL_AT[addition][TIERS.index(tier)] == "Y")


def test_a_fault_says_what_would_be_legal() -> None:
    assert parse_marking("TOP SECRET - LEGAL").faults == (
        "LEGAL is not allowed on TOP SECRET, only on OFFICIAL, OFFICIAL-SENSITIVE",
    )
    assert "since August 2024" in parse_marking("OFFICIAL - RECIPIENTS ONLY").faults[0]


@pytest.mark.parametrize("name", ["PROTECT", "RESTRICTED", "CONFIDENTIAL"])
def test_an_older_marking_has_no_tier_and_goes_to_its_originator(name: str) -> None:
    marking = parse_marking(f"{name}-COMMERCIAL")
    assert (marking.tier, marking.classification, marking.legacy) == (None, None, name)
    assert str(marking) == f"{name} - COMMERCIAL"
    assert "refer to the originator" in marking.notes[0]
    with pytest.raises(MarkingError, match=f"{name}.*refer to the originator"):
        marking.at_least(parse_marking("OFFICIAL"))
    with pytest.raises(MarkingError, match="refer to the originator"):
        parse_marking("OFFICIAL").at_least(marking)


@pytest.mark.parametrize("name", ["NOT PROTECTIVELY MARKED", "UNCLASSIFIED", "Not Protectively Marked"])
def test_the_older_markings_without_protection_fall_within_official(name: str) -> None:
    marking = parse_marking(name)
    assert marking.tier is Tier.OFFICIAL
    assert str(marking) == name.upper()
    assert parse_marking("OFFICIAL").at_least(marking)
    assert marking != parse_marking("OFFICIAL")


def test_an_older_marking_is_not_judged_by_the_newer_policy() -> None:
    assert parse_marking("NOT PROTECTIVELY MARKED - RECIPIENTS ONLY").faults == ()


@pytest.mark.parametrize("lower", range(4))
@pytest.mark.parametrize("upper", range(4))
def test_the_tiers_stand_in_order(lower: int, upper: int) -> None:
    assert parse_marking(TIERS[upper]).at_least(parse_marking(TIERS[lower])) == (upper >= lower)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty text"),
        (" \n ", "empty text"),
        ("UNOFFICIAL", "no protective marking"),
        ("OFFICIALLY", "no protective marking"),
        ("FOR OFFICIAL USE ONLY", "no protective marking"),
        ("NATO SECRET", "no protective marking"),
        ("IL3", "impact level of the old accreditation scheme"),
        ("il/3", "impact level"),
        ("Impact Level 3", "impact level"),
        ("OFFICIAL secrets act", "follows a classification"),
        ("OFFICIAL OR SECRET", "follows a classification"),
        ("OFFICIAL / SECRET", "no part of a marking"),
        ("OFFICIAL - SECRET", "two markings in one"),
        ("OFFICIAL\nSECRET", "two markings in one"),
        ("OFFICIAL\n[official-sensitive]", "two markings in one"),
        ("OFFICIAL\nSENSITIVE", "two markings in one"),
        ("OFFICIAL - COMMERCIAL - SENSITIVE", "directly after OFFICIAL"),
        ("OFFICIAL [COMMERCIAL", "brackets"),
        ("OFFICIAL - " + "X" * 81, "81 characters"),
        ("OFFICIAL" * 100, "800 characters"),
        ("OFFICIAL\x00", "U+0000"),
        ("OFF\u200bICIAL", "U+200B"),
        ("OFFICIAL\u202e-SENSITIVE", "U+202E"),
        ("\u2066OFFICIAL", "U+2066"),
        ("OFF\u00adICIAL", "U+00AD"),
        ("\ufeffOFFICIAL", "U+FEFF"),
        ("\u041eFFICIAL", "U+041E is not a Latin letter"),
        ("\uff2fFFICIAL", "U+FF2F is not a Latin letter"),
    ],
)
def test_what_is_no_marking_or_cannot_be_trusted_is_refused(text: str, why: str) -> None:
    with pytest.raises(MarkingError) as refusal:
        parse_marking(text)
    assert why in str(refusal.value)
    assert len(str(refusal.value)) < 200


WORDS = st.sampled_from(
    [
        *TIERS,
        *LEGAL_AT,
        "SENSITIVE",
        "UK ",
        "PROTECT",
        "UNCLASSIFIED",
        "LPP",
        "PERSONAL",
        "QUARTZ",
        "REL EU",
        "ACME-X",
    ]
)
JOINS = st.sampled_from(
    [" - ", "-", " ", "", ":", ": ", " [", "] ", "(", ")", "/", "\n", " – ", "--", ",", "|"]
)
MADE = st.lists(st.tuples(WORDS, JOINS), min_size=1, max_size=6).map(
    lambda pairs: "".join(word + join for word, join in pairs)
)


@given(MADE | st.text(max_size=40) | st.text("OFICALSENTV -:[]\n", max_size=40))
@example("OFFICIAL - UK EYES ONLY - SENSITIVE THING")
@example("OFFICIAL (COMMERCIAL) (X)")
@example("OFFICIAL\nßENSITIVE")
def test_a_marking_written_and_read_again_is_the_same(text: str) -> None:
    try:
        marking = parse_marking(text)
    except MarkingError:
        return
    again = parse_marking(str(marking))
    assert again == marking
    assert again.faults == marking.faults
    assert str(again) == str(marking)


@pytest.mark.parametrize(
    "part",
    [
        "RECIPIENTS ONLY-SECRET",
        "RECIPIENTS ONLY-OFFICIAL-SENSITIVE",
        "BLUE-TOP SECRET",
        "BLUE-CONFIDENTIAL",
        "FOR SECRET EYES",
        "BLUE -SENSITIVE",
        "SECRETOFFICIAL",
        "BLUESECRET",
    ],
)
def test_a_term_of_ones_own_hides_no_tier(part: str) -> None:
    with pytest.raises(MarkingError):
        parse_marking(f"OFFICIAL - {part}")


def test_a_term_of_ones_own_may_have_a_hyphen() -> None:
    assert parse_marking("OFFICIAL - BLUE-SKY").tier is Tier.OFFICIAL
    assert parse_marking("OFFICIAL - SECRETARIAT").tier is Tier.OFFICIAL


@given(MADE)
@example("OFFICIAL - RECIPIENTS ONLY-SECRET - ")
@example("OFFICIAL - SECRETOFFICIAL - ")
@example("OFFICIAL - EMBARGOED UNTIL 1 MAY 2026 SECRET - ")
@example("OFFICIAL\nRECIPIENTS ONLY - OFFICIAL-SENSITIVE - ")
@example("OFFICIAL - RECIPIENTS ONLY-OFFICIAL-SENSITIVE - ")
def test_a_text_that_names_a_higher_tier_is_never_read_as_a_lower_one(text: str) -> None:
    try:
        marking = parse_marking(text)
    except MarkingError:
        return
    if marking.tier is Tier.OFFICIAL:
        assert "SECRET" not in text
        rest = text.replace("MARKET SENSITIVE", "")
        assert "SENSITIVE" not in rest
