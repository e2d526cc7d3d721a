"""What a line, or a drug on a day, must have for certain edits to have anything to say.

An edit names the traits that it needs, and is never called on a subject without them: most lines have no modifier and
no package, and few drugs are wasted. Such an edit counts as not applicable, as if it had said so itself.
"""

from enum import IntEnum
from operator import attrgetter
from typing import Final

from schemas.records import ServiceLine
from worker.edits.codes.administrations import ADMINISTRATIONS, GIVING
from worker.edits.codes.ranges import within
from worker.edits.codes.studies import IN_STUDIES_ONLY, STUDY_MODIFIERS


class Trait(IntEnum):
    """One thing that a subject has; several are added up in one number."""

    MODIFIER = 1 << 0
    """A line carries a modifier."""
    WASTE_MODIFIER = 1 << 1
    """A line, or one of the drug's lines, carries JW or JZ."""
    WASTE_BILLED = 1 << 2
    """One of the drug's lines carries JW."""
    PACKAGE = 1 << 3
    """A line names the package (NDC) of its drug."""
    END_DATE = 1 << 4
    """A line has a last date of service."""
    OTHER_PAYER = 1 << 5
    """A line shows what another payer decided."""
    ADMINISTRATION = 1 << 6
    """A line bills something through which, or in the course of which, a drug may be given."""
    INJECTION_OR_INFUSION = 1 << 7
    """A line bills an injection or infusion of a drug; each is an administration too."""
    OWN_PROVIDER = 1 << 8
    """A line names a provider."""
    TEXT = 1 << 9
    """A line has a description or a note."""
    RECORD = 1 << 10
    """A list of what the record holds was sent."""
    SPECIAL_TEXT = 1 << 11
    """The claim may hold characters other than printable ASCII."""
    LONG_TEXT = 1 << 12
    """The claim may hold a text of more than 30 characters, the shortest limit of any identifier."""
    UNREADABLE = 1 << 13
    """The claim may hold amounts, counts or dates that cannot be read."""
    ATTACHMENT = 1 << 14
    """The claim may announce an attachment."""
    INCOMPLETE = 1 << 15
    """A line may lack an element, other than charge and diagnosis pointers, that every line of its kind must carry."""
    OWN_PLACE = 1 << 16
    """A line has a place of service of its own."""
    STUDY = 1 << 17
    """A line shows a clinical study, or bills what Medicare covers in studies only."""


UNTOLD: Final = Trait.SPECIAL_TEXT | Trait.LONG_TEXT | Trait.UNREADABLE | Trait.ATTACHMENT
"""The traits of a claim of which nothing is known."""
# What FMT-02 asks of every professional line, beside its date, charge and pointers.
_REQUIRED: Final = attrgetter("procedure_identifier", "procedure_code", "measurement_unit", "service_unit_count")
WASTE: Final = ("JW", "JZ")
"""The modifiers that say what was discarded, or that nothing was."""


def traits_of_line(modifiers: tuple[str, ...], line: ServiceLine) -> int:
    """The traits of a service line beside those of its code, as the sum of their values."""
    service, institutional, package = line.professional_service, line.institutional_service, line.drug_identification
    traits = _traits_of_modifiers(modifiers) if modifiers else 0
    if package is not None and package.national_drug_code:
        traits |= Trait.PACKAGE
    if line.service_date_end:
        traits |= Trait.END_DATE
    if line.line_adjudication_information:
        traits |= Trait.OTHER_PAYER
    if line.additional_notes or (institutional or service).description:
        traits |= Trait.TEXT
    if institutional or not (line.service_date and all(_REQUIRED(service))):
        traits |= Trait.INCOMPLETE
    if service.place_of_service_code:
        traits |= Trait.OWN_PLACE
    if line.rendering_provider or line.referring_provider or line.ordering_provider or line.supervising_provider:
        traits |= Trait.OWN_PROVIDER
    return traits


def traits_of_code(code: str) -> int:
    """The traits of a line that follow from its code."""
    gives = Trait.INJECTION_OR_INFUSION if within(code, GIVING) else 0
    study = Trait.STUDY if code in IN_STUDIES_ONLY else 0
    return gives | study | (Trait.ADMINISTRATION if within(code, ADMINISTRATIONS) else 0)


def _traits_of_modifiers(modifiers: tuple[str, ...]) -> int:
    study = 0 if STUDY_MODIFIERS.isdisjoint(modifiers) else Trait.STUDY
    if "JW" in modifiers:
        return study | Trait.MODIFIER | Trait.WASTE_MODIFIER | Trait.WASTE_BILLED
    if "JZ" in modifiers:
        return study | Trait.MODIFIER | Trait.WASTE_MODIFIER
    return study | Trait.MODIFIER if modifiers else 0
