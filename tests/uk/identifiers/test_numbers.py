"""Published worked examples, and the judgement of independent libraries, for every check digit that has them."""

from __future__ import annotations

from random import Random

import nhs_number.constants as ranges
import nhs_number.validate as oracle
import pytest
import stdnum.gb.nhs
import stdnum.gb.upn
import stdnum.gb.utr
import stdnum.iban
import stdnum.luhn
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.identifiers import BY_ENTITY
from isa_guard.uk.identifiers.checks import luhn, police_letter
from tests.uk.identifiers.issued import MAKERS

TEN = st.integers(0, 10**10 - 1).map("{:010}".format) | st.integers(0, 2**32).map(
    lambda seed: MAKERS[["nhs-number", "chi-number", "health-and-care-number", "utr"][seed % 4]](Random(seed))
)


def canonical(entity: str, text: str) -> str | None:
    return BY_ENTITY[entity].canonical(text)


@given(TEN)
def test_health_numbers_are_those_that_the_library_of_ranges_accepts(number: str) -> None:
    regions = {
        "nhs-number": ranges.REGION_ENGLAND_WALES_IOM,
        "health-and-care-number": ranges.REGION_NORTHERN_IRELAND,
    }
    for entity, region in regions.items():
        expected = oracle.is_valid(number, for_region=region) and len(set(number)) > 1
        assert (canonical(entity, number) is not None) == expected
    if canonical("chi-number", number):
        assert oracle.is_valid(number, for_region=ranges.REGION_SCOTLAND)
        assert stdnum.gb.nhs.is_valid(number)


@pytest.mark.parametrize("number", ["943 476 5919", "987 654 3210", "5990128088"])
def test_ranges_for_tests_and_of_no_service_are_no_nhs_numbers(number: str) -> None:
    assert stdnum.gb.nhs.is_valid(number)
    assert canonical("nhs-number", number) is None


def test_the_worked_example_of_the_nhs_data_dictionary_passes() -> None:
    assert canonical("nhs-number", "401 023 2137") == "4010232137"
    assert canonical("nhs-number", "401-023-2138") is None


@pytest.mark.parametrize("number", ["3201234560", "3113000000", "0000000010"])
def test_a_chi_number_starts_with_a_day(number: str) -> None:
    assert canonical("chi-number", number) is None


@given(TEN)
def test_taxpayer_references_are_those_of_the_library(number: str) -> None:
    assert (canonical("utr", number) is not None) == (stdnum.gb.utr.is_valid(number) and len(set(number)) > 1)


@given(st.from_regex(r"\A[A-HJ-NP-RT-Z][2-9][0-9]{10}[0-9A-HJ-NP-RT-Z]\Z"))
def test_the_letter_of_a_pupil_number_is_that_of_the_library(number: str) -> None:
    expected = stdnum.gb.upn.calc_check_digit(number[1:])
    right = expected + number[1:]
    assert (canonical("upn", number) is not None) == (number[0] == expected and int(number[1:4]) > 200)
    assert (canonical("upn", right) is not None) == (int(number[1:4]) > 200)


@given(
    st.sampled_from(["GB", "DE", "FR", "NO", "MT", "IE"]),
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=13, max_size=32),
)
def test_an_account_number_that_the_library_takes_is_taken(country: str, rest: str) -> None:
    number = country + rest
    if canonical("iban", number):
        assert stdnum.iban.is_valid(number, check_country=False)


@pytest.mark.parametrize(
    "number",
    ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947",
     "MT84MALT011000012345MTLCAST001S", "IE29AIBK93115212345678", "GB29NWBK60161331926819"],
)  # fmt: skip
def test_the_examples_of_the_iban_registry_pass(number: str) -> None:
    assert stdnum.iban.is_valid(number)
    assert canonical("iban", number) == number.replace(" ", "")
    assert canonical("iban", number[:-1]) is None


@given(st.text("0123456789", min_size=1, max_size=20))
def test_the_last_digit_of_a_card_is_that_of_the_library(number: str) -> None:
    assert luhn(number) == stdnum.luhn.is_valid(number)


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1111", "5555555555554444", "378282246310005", "6011111111111117"]
)
def test_card_numbers_published_for_tests_are_none(number: str) -> None:
    assert stdnum.luhn.is_valid(number.replace(" ", ""))
    assert canonical("payment-card", number) is None


@pytest.mark.parametrize("number", ["4539 1488 0343 6467", "5425 2334 3010 9903", "2223003122003222"])
def test_card_numbers_of_the_schemes_are_taken(number: str) -> None:
    assert canonical("payment-card", number)


# Examples that HM Prison and Probation Service publishes with its own checks.
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1999/1234567B", "1999/1234567B"),
        ("1999/0123456X", "1999/0123456X"),
        ("99/123456X", "99/0123456X"),
        ("20/9N", "20/0000009N"),
        ("21/9999m", "21/0009999M"),
        ("1999/1234567A", None),
        ("1999/1234567", None),
        ("20/9Z", None),
        ("20001/9999M", None),
        ("1899/1234567B", None),
    ],
)
def test_the_letter_of_a_pnc_id(written: str, expected: str | None) -> None:
    assert canonical("pnc-id", written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("265416/21G", "265416/21G"),
        ("65656/91H", "065656/91H"),
        ("056810/65Y", "056810/65Y"),
        ("SF05/482703J", "SF05/482703J"),
        ("SF83/50058Z", "SF83/50058Z"),
        ("85227/65G", None),
        ("SF83/50058B", None),
        ("265416/21H", None),
    ],
)
def test_the_letter_of_a_cro_number(written: str, expected: str | None) -> None:
    assert canonical("cro-number", written) == expected


@pytest.mark.parametrize("letter", "IOS")
def test_letters_that_read_as_figures_check_nothing(letter: str) -> None:
    assert letter not in {police_letter(str(number)) for number in range(23)}


def test_the_worked_example_of_an_arrest_summons_number() -> None:
    assert canonical("arrest-summons-number", "1101ZD0100000448754K") == "1101ZD0100000448754K"
    assert canonical("arrest-summons-number", "11/01/ZD/01/00000448754K") == "1101ZD0100000448754K"
    assert canonical("arrest-summons-number", "1101ZD0100000448754L") is None
    assert canonical("arrest-summons-number", "1102ZD0100000448754K") is None


def test_the_worked_example_of_a_learner_number() -> None:
    assert canonical("uln", "9276308686") == "9276308686"
    assert canonical("uln", "9276308687") is None


@given(TEN)
def test_no_learner_number_is_an_nhs_number(number: str) -> None:
    assert not (canonical("uln", number) and stdnum.gb.nhs.is_valid(number))


@pytest.mark.parametrize(
    "prefix",
    [
        "BG",
        "GB",
        "KN",
        "NK",
        "NT",
        "TN",
        "ZZ",
        "DA",
        "FA",
        "IA",
        "QA",
        "UA",
        "VA",
        "AO",
        "AD",
        "QQ",
        "PP",
        "OO",
    ],
)
def test_prefixes_that_are_never_issued(prefix: str) -> None:
    assert canonical("national-insurance-number", f"{prefix}123456C") is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("AB 12 34 56 C", "AB123456C"),
        ("ab123456d", "AB123456D"),
        ("AB123456E", None),
        ("AB1234567", None),
        ("TN120380F", "TN120380F"),
        ("TN320380F", None),
        ("AB000000A", None),
    ],
)
def test_national_insurance_numbers(written: str, expected: str | None) -> None:
    assert canonical("national-insurance-number", written) == expected


@pytest.mark.parametrize(
    ("written", "valid"),
    [
        ("MORGA657054SM9IJ", True),
        ("MORGA 657054 SM9IJ 35", True),
        ("MORGA607054SM9IJ", True),
        ("LEE99802031J99AB", True),
        ("L9E99802031J99AB", False),
        ("99999802031J99AB", False),
        ("MORGA613054SM9IJ", False),
        ("MORGA602304SM9IJ", False),
        ("MORGA6570549M9IJ", False),
    ],
)
def test_a_driver_number_agrees_with_itself(written: str, valid: bool) -> None:
    assert (canonical("driving-licence", written) is not None) == valid


@pytest.mark.parametrize(
    ("written", "valid"),
    [
        ("AB12 CDE", True), ("ab12cde", True), ("AB50 CDE", False), ("AB00 CDE", False), ("AI12 CDE", False),
        ("AB12 CIE", False), ("A123 BCD", True), ("ABC 123D", True), ("I123 BCD", False), ("AIZ 1234", True),
        ("XIA 12", True), ("ABC 1234", False), ("AB12 CD", False),
    ],
)  # fmt: skip
def test_registration_marks(written: str, valid: bool) -> None:
    assert (canonical("vehicle-registration", written) is not None) == valid


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("SW1A 1AA", "SW1A 1AA"), ("sw1a1aa", "SW1A 1AA"), ("M1 1AE", "M1 1AE"), ("B33 8TH", "B33 8TH"),
        ("CR2 6XH", "CR2 6XH"), ("DN55 1PT", "DN55 1PT"), ("EC1A 1BB", "EC1A 1BB"), ("W1A 0AX", "W1A 0AX"),
        ("BS0 1AA", "BS0 1AA"), ("QX1 1AA", None), ("CB2 1CN", None), ("CB2A 1TN", None), ("LL5 1AA", None),
        ("WC55 1AA", None), ("M0 1AE", None), ("M01 1AE", None),
    ],
)  # fmt: skip
def test_postcodes_of_areas_and_districts_that_exist(written: str, expected: str | None) -> None:
    assert canonical("postcode", written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("07911 123456", "+447911123456"), ("+44 (0)7911 123456", "+447911123456"), ("0044 7911 123456", "+447911123456"),
        ("01223 358966", "+441223358966"), ("(020) 7219 3000", "+442072193000"), ("016977 3555", "+44169773555"),
        ("07700 900123", None), ("020 7946 0123", None), ("01632 960123", None), ("0117 496 0123", None),
        ("0191 498 0123", None), ("028 9649 6123", None), ("029 2018 0123", None),
        ("0300 123 4567", None), ("0800 123 4567", None), ("09098 790123", None), ("07611 123456", None),
        ("07624 123456", "+447624123456"), ("0791112345", None), ("07911 1234567", None), ("00000 000000", None),
    ],
)  # fmt: skip
def test_telephone_numbers_of_ranges_that_persons_have(written: str, expected: str | None) -> None:
    assert canonical("phone", written) == expected


@pytest.mark.parametrize(
    ("written", "valid"),
    [
        ("jo@cambs.police.uk", True), ("Jo.O'Neil+x@Nobody.CO.UK", True), ("jo@nobody.test", False),
        ("jo@localhost", False), ("jo..x@nobody.uk", False), (".jo@nobody.uk", False), ("jo@nobody.123", False),
    ],
)  # fmt: skip
def test_mailboxes(written: str, valid: bool) -> None:
    assert (canonical("email", written) is not None) == valid


@pytest.mark.parametrize(
    ("written", "valid"),
    [
        ("81.2.69.142", True), ("10.1.2.3", True), ("2a00:1450:4009::200e", True), ("256.1.1.1", False),
        ("127.0.0.1", False), ("192.0.2.7", False), ("203.0.113.9", False), ("2001:db8::1", False), ("::1", False),
        ("224.0.0.1", False), ("0.1.2.3", False), ("01.2.3.4", False),
    ],
)  # fmt: skip
def test_network_addresses_that_a_machine_can_have(written: str, valid: bool) -> None:
    assert (canonical("ip-address", written) is not None) == valid


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("12/03/1980", "1980-03-12"), ("1980-03-12", "1980-03-12"), ("1980-03-12 00:00:00", "1980-03-12"),
        ("12 Mar 1980", "1980-03-12"), ("12th March 1980", "1980-03-12"), ("1.2.80", "1980-02-01"),
        ("29/02/2000", "2000-02-29"), ("29/02/2001", None), ("31/04/1980", None), ("13/13/1980", None),
        ("12/03/1840", None), ("12/03-1980", None), ("12 Mon 1980", None),
    ],
)  # fmt: skip
def test_dates_on_which_somebody_living_can_have_been_born(written: str, expected: str | None) -> None:
    assert canonical("date-of-birth", written) == expected


@pytest.mark.parametrize(
    ("entity", "written", "valid"),
    [
        ("police-urn", "35CD0012324", True), ("police-urn", "35/CD/00123/24", True), ("police-urn", "39CD0012324", False),
        ("police-urn", "35CD0000024", False), ("crime-reference", "35/12345/24", True),
        ("crime-reference", "39/12345/24", False), ("crime-reference", "1234567/24", True),
        ("crime-reference", "CR/12345/24", True), ("crime-reference", "12/24", False),
        ("prison-number", "A1234BC", True), ("prison-number", "A123BC", False),
        ("passport", "512345673", True), ("passport", "51234567", False), ("passport", "555555555", False),
        ("uprn", "100012345678", True), ("uprn", "000000", False), ("uprn", "1234567890123", False),
        ("bank-account", "20-00-00 55779911", True), ("bank-account", "200000", True), ("bank-account", "2000", False),
        ("address", "12 High Street, Cambridge, CB2 1TN", True), ("address", "12 High Street, Cambridge", False),
        ("address", "Flat 3, 12 Larch Road\nWisbech\nPE13 1AA", True), ("address", "12 High Street, QX2 1TN", False),
        ("person-name", "PC Jo Bloggs", True), ("person-name", "PC World", False), ("person-name", "Jo Bloggs", False),
    ],
)  # fmt: skip
def test_what_has_no_check_digit_has_a_form(entity: str, written: str, valid: bool) -> None:
    assert (canonical(entity, written) is not None) == valid
