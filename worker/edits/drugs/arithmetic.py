"""Billing units from doses, as Medicare counts them.

Source: CGS Medicare Part B, "Discarded Drugs and Biologicals", 2023-06-27; CMS Claims Processing Manual, chapter 17,
section 40.
"""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final


def units_administered(dose: Decimal, unit: Decimal) -> Decimal:
    """Units to bill for a dose: every begun unit counts (30.5 units are billed as 31). `unit` is above zero."""
    return (dose / unit).to_integral_value(ROUND_CEILING)


def units_discarded(waste: Decimal, unit: Decimal) -> Decimal:
    """Units to bill as discarded: only whole ones count (9.5 units are billed as 9). `unit` is above zero."""
    return (waste / unit).to_integral_value(ROUND_FLOOR)


def fits_in_one_unit(dose: Decimal, waste: Decimal, unit: Decimal) -> bool:
    """Whether dose and waste together are inside one billing unit, which is then billed once and without JW."""
    return dose + waste <= unit


def is_whole(units: Decimal) -> bool:
    """Whether a unit count has no decimals, as Medicare wants it."""
    return units == units.to_integral_value()


def in_words(count: Decimal | int, noun: str = "unit") -> str:
    """A count as a message has it: "1 unit", "31 units"."""
    return f"{Decimal(count):f} {noun}{'' if count == 1 else 's'}"


def all_of(words: Iterable[str], last: str = "and") -> str:
    """Words as a message lists them: "81, 82 and AS"; `last` comes before the last one."""
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


COUNTED: Final = frozenset({"unit", "dose", "vial", "implant"})
"""Measures of drugs that are words, and so have a plural; "mg" has none."""


def amount_in_words(amount: object, measure: str | None) -> str:
    """An amount of a drug as a message has it: "378 mg", "155 units"."""
    return f"{amount} {measure}s" if measure in COUNTED and amount != 1 else f"{amount} {measure}"
