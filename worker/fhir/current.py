"""Which of several names, addresses and numbers of a party counts: the current one, by its use, period and type."""

from collections.abc import Sequence
from typing import Final

from worker.fhir.elements import FhirElement

_ENDED_USE: Final = "old"

NAMES: Final = ("official", "usual", "", "temp")
"""Uses of a name, the best one first. A payer knows nobody by a maiden, old, nick or anonymous name."""

OF_PERSONS: Final = ("home", "", "work", "temp", "billing")
OF_PROVIDERS: Final = ("work", "", "billing", "home", "temp")
"""Uses of an address, the best one first."""

TELECOMS: Final = ("work", "", "home", "mobile", "temp")
NUMBERS: Final = ("official", "usual", "", "temp", "secondary")
_MAIL_ONLY: Final = "postal"
"""The type of an address at which nobody can be found (FHIR R4, address-type)."""


def is_current(entry: FhirElement) -> bool:
    """Whether an entry counts on the day of the claim; without that day, whether its period has no end."""
    if entry.peek("use") == _ENDED_USE:
        return False
    period = entry.child("period")
    if period is None:
        return True
    day, start, end = entry.reading.as_of, period.peek("start")[:10], period.peek("end")[:10]
    has_ended = bool(end) and not (day and day[: len(end)] <= end)
    # A date may be a year or a month only.
    is_to_come = bool(start and day) and day[: len(start)] < start
    return not has_ended and not is_to_come


def by_use(entries: Sequence[FhirElement], uses: Sequence[str]) -> list[FhirElement]:
    """Return the current entries whose use is in a list, in the order of that list."""
    current = [each for each in entries if each.peek("use") in uses and is_current(each)]
    return sorted(current, key=lambda each: uses.index(each.peek("use")))


def best(entries: Sequence[FhirElement], uses: Sequence[str]) -> FhirElement | None:
    """Return the entry that counts, read as far as use and period go; None when there is none."""
    found = next(iter(by_use(entries, uses)), None)
    if found:
        found.pass_over("use", "period")
    return found


def best_address(entries: Sequence[FhirElement], uses: Sequence[str]) -> FhirElement | None:
    """Return the address that counts, preferring one that is not for mail only; None when there is none."""
    found = sorted(by_use(entries, uses), key=lambda each: each.peek("type") == _MAIL_ONLY)
    for each in found[:1]:
        each.pass_over("use", "period", "type")
        return each
    return None
