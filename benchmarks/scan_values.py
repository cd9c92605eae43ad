"""Invented values that pass the checks of their kind, and some that fail them by a little.

Written from the published rules, digit by digit, and from nothing of the scanner: its mistakes would be ours too.
Numbers that need a check digit are found by trying each one against the rule as it is stated.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
PUPIL_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
FIRST = ["Jo", "Samira", "Kit", "Alex", "Mo", "Robin"]
LAST = ["Bloggs", "Nobody", "Doe", "Example", "Placeholder", "Sample"]


def figures(random: Random, count: int) -> str:
    return f"{random.randrange(10**count):0{count}}"


def hexes(random: Random, count: int) -> str:
    return f"{random.getrandbits(4 * count):0{count}x}"


def patient(random: Random, start: str) -> str:
    """Ten digits whose sum, each times 10, 9 ... 1, is a multiple of eleven."""
    while True:
        body = start + figures(random, 9 - len(start))
        total = sum(int(one) * (10 - place) for place, one in enumerate(body))
        last = [one for one in range(10) if (total + one) % 11 == 0]
        if last and len(set(body)) > 2:
            return body + str(last[0])


def chi(random: Random) -> str:
    return patient(random, f"{random.randint(1, 28):02}{random.randint(1, 12):02}{random.randint(0, 99):02}")


def taxpayer(random: Random) -> str:
    """The first digit is 11 less the sum modulo 11, brought below ten by taking off nine."""
    body = figures(random, 9)
    check = 11 - sum(int(body[place]) * (6, 7, 8, 9, 10, 5, 4, 3, 2)[place] for place in range(9)) % 11
    return f"{check if check <= 9 else check - 9}{body}"


def learner(random: Random) -> str:
    """The last digit is ten less the remainder of the sum by eleven; a remainder of nought is never issued."""
    while True:
        body = str(random.randint(1, 9)) + figures(random, 8)
        rest = sum(int(body[place]) * (10 - place) for place in range(9)) % 11
        if rest:
            return f"{body}{10 - rest}"


def insured(random: Random) -> str:
    pair = random.choice("ABCEGHJKLMOPRSTWXYZ") + random.choice("ABCEGHJKLMPRSTWXYZ")
    if pair in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ", "CR", "FY", "MW", "NC", "PP", "PY", "PZ"}:
        return insured(random)
    return f"{pair}{random.randint(100001, 999998)}{random.choice('ABCD')}"


def pnc(random: Random) -> str:
    year, serial = random.randint(1955, 2025), random.randint(1, 9_999_999)
    return f"{year}/{serial:07}{CHECK_LETTERS[(year % 100 * 10**7 + serial) % 23]}"


def cro(random: Random) -> str:
    year, serial = random.randint(30, 99), random.randint(1, 999_999)
    return f"{serial:06}/{year:02}{CHECK_LETTERS[(year * 10**6 + serial) % 23]}"


def summons(random: Random) -> str:
    year, serial = random.randint(10, 25), random.randint(1, 9_999_999)
    letter = CHECK_LETTERS[int(f"3501{year:02}{serial:011}") % 23]
    return f"{year:02}/35/XY/01/{serial:011}{letter}"


def pupil(random: Random) -> str:
    body = f"{random.randint(201, 938)}{figures(random, 9)}"
    return PUPIL_LETTERS[sum(int(one) * place for place, one in enumerate(body, 2)) % 23] + body


def licence(random: Random) -> str:
    month = random.randint(1, 12) + 50 * random.randint(0, 1)
    surname = (random.choice(LAST).upper() + "9999")[:5]
    return f"{surname}{random.randint(3, 9)}{month:02}{random.randint(1, 28):02}{random.randint(0, 9)}J99{random.choice('ABCDE')}X"


def mark(random: Random) -> str:
    age = random.choice([random.randint(2, 25), random.randint(51, 75)])
    return f"{random.choice('ABCDEFGHKLMNOPRSVWY')}{random.choice('ABCDEFGHJKLMN')}{age:02} {''.join(random.choices('ABCDEFGHJKLMNPRSTUVWXYZ', k=3))}"


def code_of_post(random: Random) -> str:
    outward = random.choice(["CB1", "CB24", "PE13", "PE29", "M4", "SW1A", "EC1V", "BT9", "EH12", "CF10"])
    return f"{outward} {random.randint(0, 9)}{''.join(random.choices('ABDEFGHJLNPQRSTUWXYZ', k=2))}"


def home(random: Random) -> str:
    street = random.choice(["Larch Road", "Mill Lane", "Church Street", "Abbey Close", "Orchard Way"])
    return f"{random.randint(1, 240)} {street}, {random.choice(['Ely', 'Cambridge', 'Wisbech'])}, {code_of_post(random)}"


def telephone(random: Random) -> str:
    """Ranges that are given out and are not those of drama."""
    body = f"{random.randint(100001, 899999)}"
    form = random.randrange(4)
    if form == 0:
        return f"07{random.choice('3458')}{random.choice('13')}{random.randint(1, 8)} {body}"
    if form == 1:
        return f"01223 {body}"
    if form == 2:
        return f"+44 78{random.randint(11, 88)} {body}"
    return f"07{random.randint(711, 888)}{body}"


def mailbox(random: Random) -> str:
    return (
        f"{random.choice(FIRST)}.{random.choice(LAST)}{random.randint(1, 9999)}@nobody-at-all.org.uk".lower()
    )


def account(random: Random) -> str:
    body = f"{''.join(random.choices('ABCDEFGHKLMN', k=4))}{figures(random, 14)}"
    value = int("".join(str(int(one, 36)) for one in f"{body}GB00"))
    return f"GB{98 - value % 97:02}{body}"


def card(random: Random) -> str:
    """Doubled from the right every second digit, cross sums added, a multiple of ten."""
    body = random.choice(["4929", "5412", "4658", "5290"]) + figures(random, 11)
    total = sum(
        int("0246813579"[int(body[14 - at])]) if at % 2 == 0 else int(body[14 - at]) for at in range(15)
    )
    return f"{body}{-total % 10}"


def birth(random: Random) -> str:
    day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(1935, 2015)
    return f"{year}-{month:02}-{day:02}" if random.random() < 0.3 else f"{day:02}/{month:02}/{year}"


def somebody(random: Random) -> str:
    return f"{random.choice(['Mr', 'Mrs', 'Ms', 'Dr', 'PC', 'DS', 'Sgt'])} {random.choice(FIRST)} {random.choice(LAST)}"


ISSUED: dict[str, Callable[[Random], str]] = {
    "nhs-number": lambda random: patient(random, random.choice("467")),
    "chi-number": chi,
    "health-and-care-number": lambda random: patient(random, f"3{random.randint(2, 9)}"),
    "national-insurance-number": insured,
    "pnc-id": pnc,
    "cro-number": cro,
    "arrest-summons-number": summons,
    "police-urn": lambda random: (
        f"35{random.choice(['CD', 'AB'])}{random.randint(1, 99999):05}{random.randint(20, 25)}"
    ),
    "crime-reference": lambda random: f"35/{random.randint(1000, 99999)}/{random.randint(20, 25)}",
    "prison-number": lambda random: f"A{figures(random, 4)}{''.join(random.choices('ACEFKRTVWXYZ', k=2))}",
    "driving-licence": licence,
    "passport": lambda random: f"{random.randint(1, 6)}{figures(random, 7)}{random.randint(7, 9)}",
    "utr": taxpayer,
    "upn": pupil,
    "uln": learner,
    "vehicle-registration": mark,
    "postcode": code_of_post,
    "address": home,
    "uprn": lambda random: f"1000{random.randint(10_000_000, 99_999_999)}",
    "phone": telephone,
    "email": mailbox,
    "iban": account,
    "bank-account": lambda random: (
        f"{random.randint(10, 90)}-{figures(random, 2)}-{figures(random, 2)} {random.randint(10_000_001, 99_999_998)}"
    ),
    "payment-card": card,
    "date-of-birth": birth,
    "ip-address": lambda random: (
        f"86.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
    ),
    "person-name": somebody,
}


def spoilt(random: Random, entity: str) -> str:
    """A value with its last digit but one changed, so that its check fails."""
    value = ISSUED[entity](random)
    places = [place for place, one in enumerate(value) if one.isdigit()]
    place = places[-2]
    return f"{value[:place]}{(int(value[place]) + random.randint(1, 8)) % 10}{value[place + 1 :]}"


def look_alike(random: Random) -> str:
    """An NHS number typed with letters for figures: nobody can say any more which number it was."""
    value = list(ISSUED["nhs-number"](random))
    for place in random.sample(range(10), 3):
        value[place] = random.choice("OlIS")
    return "".join(value)


def written(random: Random, entity: str, value: str) -> str:
    """The value as people and programs write it: grouped, with no-break spaces, dashes, in full-width figures."""
    way = random.random()
    if entity in {"nhs-number", "health-and-care-number"}:
        if way < 0.4:
            return f"{value[:3]} {value[3:6]} {value[6:]}"
        if way < 0.55:
            return f"{value[:3]}\u00a0{value[3:6]}\u00a0{value[6:]}"
        if way < 0.6:
            return f"{value[:3]}-{value[3:6]}-{value[6:]}"
        return _wide(value) if way < 0.63 else value
    if entity == "national-insurance-number":
        if way < 0.3:
            return " ".join([value[:2], value[2:4], value[4:6], value[6:8], value[8:]])
        return value.lower() if way < 0.35 else value
    if entity in {"payment-card", "iban"} and way < 0.5:
        join = "\u00a0" if way < 0.1 else " "
        return join.join(value[place : place + 4] for place in range(0, len(value), 4))
    if entity == "vehicle-registration" and way < 0.3:
        return value.replace(" ", "")
    if entity == "phone" and way < 0.05:
        return value.replace(" ", "\u2009")
    return value


def _wide(value: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) for one in value)
