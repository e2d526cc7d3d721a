"""What the medical record says about one drug on one day, and its measures brought to one unit."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from schemas.documentation import DocumentationElement, Element

MILLIGRAMS: Final = {
    "kg": Decimal(1_000_000),
    "g": Decimal(1000),
    "mg": Decimal(1),
    "mcg": Decimal("0.001"),
    "ug": Decimal("0.001"),
}
CONTAINER = re.compile(r"(?:(?P<count>\d{1,3})\s*x\s*)?(?P<size>\d{1,9}(?:\.\d{1,6})?)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A measure that the record does not give: what is missing, in words for the coverage of the outcome."""

    missing: str


@dataclass(frozen=True, slots=True)
class Record:
    """The elements of the record that speak of one drug on one day."""

    elements: tuple[DocumentationElement, ...]

    def has(self, element: Element) -> bool:
        """Whether the record holds a non-empty value for the element."""
        return any(entry.element == element and entry.value for entry in self.elements)

    def entries(self, element: Element) -> tuple[DocumentationElement, ...]:
        """All entries of one element, in the order of the claim."""
        return tuple(entry for entry in self.elements if entry.element == element and entry.value)

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
        return tuple(opened) or Unknown(f"documentation {element.value}")


def convert(value: str | None, unit: str | None, to: str | None) -> Decimal | None:
    """An amount brought to another unit; None when it is no finite amount or the units do not convert."""
    try:
        amount = Decimal(value or "")
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount < 0 or unit is None or to is None:
        return None
    source, target = unit.strip().lower(), to.lower()
    if source == target:
        return amount
    if source in MILLIGRAMS and target in MILLIGRAMS:
        return amount * MILLIGRAMS[source] / MILLIGRAMS[target]
    return None
