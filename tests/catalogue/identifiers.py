"""Identifiers that look like real ones and belong to nobody."""

from random import Random
from typing import Final

LETTERS: Final = "ACDEFGHJKMNPQRTUVWXY"
"""The letters of a Medicare Beneficiary Identifier: without S, L, O, I, B and Z."""
DIGITS: Final = "0123456789"
_NPI_PREFIX: Final = "80840"


def npi(random: Random) -> str:
    """A National Provider Identifier with the right check digit (CMS, NPI check digit, over 80840 and nine digits)."""
    nine = random.choice("12") + "".join(random.choices(DIGITS, k=8))
    # From the right, the check digit comes first, so that the last of the nine is doubled.
    total = 0
    for place, digit in enumerate(reversed(_NPI_PREFIX + nine)):
        value = int(digit) * (1 + (place + 1) % 2)
        total += value - 9 if value > 9 else value
    return f"{nine}{-total % 10}"


def mbi(random: Random) -> str:
    """A Medicare Beneficiary Identifier in the form that CMS publishes."""
    either = LETTERS + DIGITS
    kinds = (DIGITS[1:], LETTERS, either, DIGITS, LETTERS, either, DIGITS, LETTERS, LETTERS, DIGITS, DIGITS)
    return "".join(random.choice(kind) for kind in kinds)


def member_id(random: Random) -> str:
    """A number as other payers give them."""
    return random.choice(("XEH", "W", "H", "")) + "".join(random.choices(DIGITS, k=9))


def tax_id(random: Random) -> str:
    """Nine digits."""
    return random.choice("123456") + "".join(random.choices(DIGITS, k=8))
