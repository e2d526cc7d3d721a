"""What a line, or a drug on a day, must have for certain edits to have anything to say.

An edit names the traits that it needs, and is never called on a subject without them: most lines have no modifier and
no package, and few drugs are wasted. Such an edit counts as not applicable, as if it had said so itself.
"""

from enum import Flag, auto
from typing import Final

from schemas.claim import ServiceLine


class Trait(Flag):
    """One thing that a subject has."""

    MODIFIER = auto()
    """A line carries a modifier."""
    WASTE_MODIFIER = auto()
    """A line, or one of the drug's lines, carries JW or JZ."""
    WASTE_BILLED = auto()
    """One of the drug's lines carries JW."""
    PACKAGE = auto()
    """A line names the package (NDC) of its drug."""
    END_DATE = auto()
    """A line has a last date of service."""
    OTHER_PAYER = auto()
    """A line tells what another payer decided."""
    RECORD = auto()
    """A list of what the record holds was sent."""
    SPECIAL_TEXT = auto()
    """The message may hold characters other than printable ASCII."""


NONE: Final = Trait(0)
SPECIAL_TEXT: Final = Trait.SPECIAL_TEXT.value
WASTE: Final = frozenset({"JW", "JZ"})
# Flags of the enum are added up for every line of every claim; as numbers that costs a tenth.
_MODIFIER, _WASTE_MODIFIER, _WASTE_BILLED = Trait.MODIFIER.value, Trait.WASTE_MODIFIER.value, Trait.WASTE_BILLED.value
_PACKAGE, _END_DATE, _OTHER_PAYER = Trait.PACKAGE.value, Trait.END_DATE.value, Trait.OTHER_PAYER.value


def traits_of_line(modifiers: tuple[str, ...], line: ServiceLine) -> int:
    """The traits of a service line, as the sum of their values."""
    traits = 0
    if modifiers:
        traits = _MODIFIER
        if not WASTE.isdisjoint(modifiers):
            traits |= _WASTE_MODIFIER | (_WASTE_BILLED if "JW" in modifiers else 0)
    if line.drug_identification and line.drug_identification.national_drug_code:
        traits |= _PACKAGE
    if line.service_date_end is not None:
        traits |= _END_DATE
    if line.line_adjudication_information:
        traits |= _OTHER_PAYER
    return traits
