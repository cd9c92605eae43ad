"""Invented identifiers that pass every check, made from a source of choices.

Check digits are found by trying them against a second, plain statement of each rule, not by the code under test.
"""

from __future__ import annotations

import string
from random import Random

POLICE = "ZABCDEFGHJKLMNPQRTUVWXY"
SAFE = "ABCDEFGHJKLMNPRTUVWXY"


def digits(random: Random, count: int) -> str:
    return "".join(random.choice(string.digits) for _ in range(count))


def _mod_11(random: Random, start: str) -> str:
    while True:
        body = start + digits(random, 9 - len(start))
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
        if check != 10 and len(set(body)) > 1:
            return body + str(check % 11)


def nhs_number(random: Random) -> str:
    return _mod_11(random, random.choice("467"))


def health_and_care_number(random: Random) -> str:
    return _mod_11(random, "3" + random.choice("23456789"))


def chi_number(random: Random) -> str:
    return _mod_11(random, f"{random.randint(1, 28):02}{random.randint(1, 12):02}{random.randint(0, 99):02}")


def national_insurance_number(random: Random) -> str:
    return (
        random.choice(["AB", "CE", "JH", "LM", "SR", "WX"]) + "1" + digits(random, 5) + random.choice("ABCD")
    )


def pnc_id(random: Random) -> str:
    year, serial = random.randint(1960, 2024), random.randint(1, 9_999_999)
    return f"{year}/{serial:07}{POLICE[int(f'{year % 100:02}{serial:07}') % 23]}"


def cro_number(random: Random) -> str:
    year, serial = random.randint(10, 99), random.randint(1, 999_999)
    return f"{serial:06}/{year}{POLICE[int(f'{year}{serial:06}') % 23]}"


def arrest_summons_number(random: Random) -> str:
    year, serial = random.randint(10, 24), random.randint(1, 10**6)
    return f"{year}35CD01{serial:011}{POLICE[int(f'3501{year}{serial:011}') % 23]}"


def police_urn(random: Random) -> str:
    return f"35CD{random.randint(1, 99999):05}24"


def crime_reference(random: Random) -> str:
    return f"35/{random.randint(10000, 99999)}/24"


def prison_number(random: Random) -> str:
    return f"A{digits(random, 4)}{random.choice(SAFE)}{random.choice(SAFE)}"


def driving_licence(random: Random) -> str:
    month = random.randint(1, 12) + random.choice([0, 50])
    day = random.randint(1, 28)
    return f"{random.choice(['SMITH', 'LEE99', 'JONES'])}{digits(random, 1)}{month:02}{day:02}{digits(random, 1)}A99AB"


def passport(random: Random) -> str:
    return "5" + digits(random, 7) + "3"


def unique_taxpayer_reference(random: Random) -> str:
    while True:
        body = digits(random, 9)
        total = sum(
            int(digit) * weight for digit, weight in zip(body, (6, 7, 8, 9, 10, 5, 4, 3, 2), strict=True)
        )
        check = 11 - total % 11
        if len(set(body)) > 1:
            return str(check - 9 if check > 9 else check) + body


def unique_pupil_number(random: Random) -> str:
    alphabet = "ABCDEFGHJKLMNPQRTUVWXYZ"
    body = f"{random.choice(['873', '201', '330'])}{digits(random, 9)}"
    return alphabet[sum(int(digit) * weight for weight, digit in enumerate(body, 2)) % 23] + body


def unique_learner_number(random: Random) -> str:
    while True:
        body = random.choice("123456789") + digits(random, 8)
        rest = sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
        if rest:
            return body + str(10 - rest)


def vehicle_registration(random: Random) -> str:
    letters = "".join(random.choice("ABCDEFGHJKLMNOPRSTUVWXY") for _ in range(3))
    return f"A{random.choice('BCDEFGHJKLMN')}{random.choice(['07', '19', '58', '73'])} {letters}"


def postcode(random: Random) -> str:
    inward = (
        f"{digits(random, 1)}{random.choice('ABDEFGHJLNPQRSTUWXYZ')}{random.choice('ABDEFGHJLNPQRSTUWXYZ')}"
    )
    return f"{random.choice(['CB2', 'PE29', 'M1', 'SW1A', 'EC1A', 'BT12', 'G4', 'LL57'])} {inward}"


def address(random: Random) -> str:
    street = random.choice(["Larch Road", "High Street", "Mill Lane", "St Anne's Court"])
    return f"{random.randint(1, 299)} {street}, {random.choice(['Cambridge', 'Wisbech', 'Huntingdon'])}, {postcode(random)}"


def uprn(random: Random) -> str:
    return f"1000{random.randint(10_000_000, 99_999_999)}"


def phone(random: Random) -> str:
    return random.choice(
        [
            f"07{random.choice('4578')}11 {random.randint(100000, 899999)}",
            f"01223 {random.randint(200000, 899999)}",
            f"+44 7911 {random.randint(100000, 899999)}",
        ]
    )


def email(random: Random) -> str:
    return f"{random.choice(['jo', 'sam', 'kit'])}.{random.choice(['bloggs', 'doe'])}{random.randint(1, 999)}@mail-of-nobody.co.uk"


def iban(random: Random) -> str:
    bank, account = "NWBK", digits(random, 14)
    numbers = "".join(str(int(one, 36)) for one in bank + account + "GB") + "00"
    return f"GB{98 - int(numbers) % 97:02}{bank}{account}"


def bank_account(random: Random) -> str:
    return f"20-1{digits(random, 1)}-{digits(random, 2)} 5{digits(random, 6)}1"


def payment_card(random: Random) -> str:
    body = random.choice(["4539", "5425"]) + digits(random, 11)
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return body + str(-total % 10)


def date_of_birth(random: Random) -> str:
    return f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/{random.randint(1930, 2015)}"


def ip_address(random: Random) -> str:
    return f"81.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"


def person_name(random: Random) -> str:
    title = random.choice(["Mr", "Ms", "Dr", "PC"])
    first = random.choice(["Jo", "Samira", "Kit", "Zoë"])
    last = random.choice(["Bloggs", "O'Nobody", "Doe-Example"])
    return f"{title} {first} {last}"


MAKERS = {
    "nhs-number": nhs_number,
    "chi-number": chi_number,
    "health-and-care-number": health_and_care_number,
    "national-insurance-number": national_insurance_number,
    "pnc-id": pnc_id,
    "cro-number": cro_number,
    "arrest-summons-number": arrest_summons_number,
    "police-urn": police_urn,
    "crime-reference": crime_reference,
    "prison-number": prison_number,
    "driving-licence": driving_licence,
    "passport": passport,
    "utr": unique_taxpayer_reference,
    "upn": unique_pupil_number,
    "uln": unique_learner_number,
    "vehicle-registration": vehicle_registration,
    "postcode": postcode,
    "address": address,
    "uprn": uprn,
    "phone": phone,
    "email": email,
    "iban": iban,
    "bank-account": bank_account,
    "payment-card": payment_card,
    "date-of-birth": date_of_birth,
    "ip-address": ip_address,
    "person-name": person_name,
}
# Those in which one wrong digit (or letter) can never go unnoticed.
ONE_ERROR_SHOWS = [
    "nhs-number",
    "health-and-care-number",
    "pnc-id",
    "cro-number",
    "arrest-summons-number",
    "upn",
    "iban",
    "payment-card",
    "uln",
]
