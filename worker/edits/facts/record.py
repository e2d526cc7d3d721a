"""What the medical record says about one drug on one day, and its measures brought to one unit."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from schemas.documentation import Element
from schemas.records import DocumentationElement

MILLIGRAMS: Final = {
    "kg": Decimal(1_000_000),
    "g": Decimal(1000),
    "mg": Decimal(1),
    "mcg": Decimal("0.001"),
    "ug": Decimal("0.001"),
}
AMOUNT = re.compile(r"\d{1,12}(?:\.\d{0,9})?|\.\d{1,9}", re.ASCII)
CONTAINER = re.compile(r"(?:(?P<count>\d{1,3})\s*x\s*)?(?P<size>\d{1,9}(?:\.\d{1,6})?)", re.ASCII | re.IGNORECASE)
MOST_CONTAINERS: Final = 1000


@dataclass(frozen=True, slots=True)
class Unknown:
    """A measure that the record does not give: what is missing, in words for the coverage of the outcome."""

    missing: str


class DrugRecord:
    """The elements of the record that speak of one drug on one day."""

    __slots__ = ("_entries", "elements")

    def __init__(self, elements: tuple[DocumentationElement, ...]) -> None:
        self.elements = elements
        self._entries: dict[str | None, list[DocumentationElement]] = {}
        for entry in elements:
            if entry.value:
                self._entries.setdefault(entry.element, []).append(entry)

    def has(self, element: Element) -> bool:
        """Whether the record holds a non-empty value for the element."""
        return element in self._entries

    def entries(self, element: Element) -> Sequence[DocumentationElement]:
        """All entries of one element, in the order of the claim."""
        return self._entries.get(element, ())

    def speaks_of(self, element: Element, lines: AbstractSet[str | None]) -> bool:
        """Whether the element's entries are for all of these lines and no others, or none names a line."""
        return self._lines_named(element) in (set(), {None}, lines)

    def speaks_within(self, element: Element, lines: AbstractSet[str | None]) -> bool:
        """Whether the element's entries are for some of these lines and no others."""
        return self._lines_named(element) <= lines

    def _lines_named(self, element: Element) -> set[str | None]:
        return {entry.provider_control_number or None for entry in self.entries(element)}

    def total(self, element: Element, unit: str | None) -> Decimal | Unknown:
        """The sum of a measured element in `unit`; one entry a line at most, else it is not clear what counts."""
        entries = self.entries(element)
        if not entries:
            return Unknown(f"documentation {element.value}")
        lines = [entry.provider_control_number for entry in entries]
        if len(set(lines)) != len(lines):
            return Unknown(f"one documentation {element.value} a line (there are several)")
        amounts = [convert(entry.value, entry.unit, unit) for entry in entries]
        known = [amount for amount in amounts if amount is not None]
        if len(known) != len(amounts):
            return Unknown(f"documentation {element.value} as a number in {unit or 'a known unit'}")
        return sum(known, Decimal(0))

    def containers(self, unit: str | None) -> tuple[Decimal, ...] | Unknown:
        """The content of each container opened, in `unit`."""
        element = Element.CONTAINERS_OPENED
        opened: list[Decimal] = []
        for entry in self.entries(element):
            written = CONTAINER.fullmatch(entry.value or "")
            size = convert(written["size"], entry.unit, unit) if written else None
            if written is None or size is None:
                return Unknown(f"documentation {element.value} as a size in {unit or 'a known unit'}")
            opened += [size] * int(written["count"] or 1)
            if len(opened) > MOST_CONTAINERS:
                return Unknown(f"documentation {element.value} of at most {MOST_CONTAINERS} containers")
        return tuple(opened) or Unknown(f"documentation {element.value}")


def convert(value: str | None, unit: str | None, to: str | None) -> Decimal | None:
    """An amount brought to another unit; None when it is not a plain amount or the units do not convert."""
    if not AMOUNT.fullmatch(value or "") or unit is None or to is None:
        return None
    amount = Decimal(value or "")
    source, target = unit.strip().lower(), to.lower()
    if source == target:
        return amount
    if source in MILLIGRAMS and target in MILLIGRAMS:
        converted = amount * MILLIGRAMS[source] / MILLIGRAMS[target]
        return Decimal(f"{converted:f}")  # no exponent: the amount is shown to people
    return None
