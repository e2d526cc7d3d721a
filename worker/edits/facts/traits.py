"""What a line, or a drug on a day, must have for certain edits to have anything to say.

An edit names the traits that it needs, and is never called on a subject without them: most lines have no modifier and
no package, and few drugs are wasted. Such an edit counts as not applicable, as if it had said so itself.
"""

from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from operator import attrgetter
from typing import Final

from schemas.records import ServiceLine
from schemas.values import as_quantity
from worker.edits.codes.administrations import ADMINISTRATIONS, GIVING
from worker.edits.codes.ranges import within
from worker.edits.codes.studies import IN_STUDIES_ONLY, STUDY_MODIFIERS
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form


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
    """A line may lack an element that it must carry."""
    OWN_PLACE = 1 << 16
    """A line has a place of service of its own."""
    STUDY = 1 << 17
    """A line shows a clinical study, or bills what Medicare covers in studies only."""
    OTHER_MODIFIER = 1 << 18
    """A line carries a modifier other than JW and JZ."""
    SEVERAL_MODIFIERS = 1 << 19
    """A line has more than one modifier."""
    DOUBTFUL_MODIFIER = 1 << 20
    """A line carries something other than a modifier in force on its day, as far as the table knows."""
    ELSEWHERE = 1 << 21
    """A line was not done in an office (place 11), or on a facility's claim."""
    DOUBTFUL_PACKAGE = 1 << 22
    """Qualifier, number, quantity or measure of a package are not as usual, or the crosswalk of the day does not list
    it under the code.
    """
    UNATTESTED = 1 << 23
    """A line carries neither JW nor JZ."""
    ODD_AMOUNT = 1 << 24
    """A line has a count that is not a whole number above zero, or a charge that is not above zero."""
    UNUSUAL_DIAGNOSES = 1 << 26
    """The diagnoses are not one principal one (ABK) and up to eleven others (ABF), each there and without its dot."""
    NEVER_FIRST = 1 << 27
    """A diagnosis is one that may not come first."""
    DOUBTFUL_DIAGNOSIS = 1 << 28
    """A diagnosis is not in force on the first day of service, as far as the table knows."""
    OF_ONE_SEX = 1 << 29
    """A diagnosis is of women only, or of men."""
    STRUCTURE = 1 << 30
    """The claim came in an 837 with flaws of its structure."""
    NAME_RECORDED = 1 << 31
    """The record names the drug that was given."""
    LATE = 1 << 32
    """The claim was pended, and is judged once more: documents came for it, or were waited for in vain."""
    EARLIER_DAY = 1 << 33
    """An earlier claim may bill something of the day of a line, or the patient was in a hospital."""
    EARLIER_CODE = 1 << 34
    """An earlier claim of a year, or this one, may bill the code of a line for another day."""
    REPLACES = 1 << 35
    """The claim replaces or voids an earlier one."""


NOTHING: Final = 0
"""What an edit looks for that passes whatever a subject has."""
ANYTHING: Final = -1
"""What an edit looks for that is called whatever a subject has."""
DOUBTFUL_PRODUCT: Final = Trait.DOUBTFUL_PACKAGE | Trait.TEXT
"""What may show that another product was given than the code says."""
UNTOLD: Final = Trait.SPECIAL_TEXT | Trait.LONG_TEXT | Trait.UNREADABLE | Trait.ATTACHMENT
"""The traits of a claim of which nothing is known."""
# What FMT-02 asks of every professional line, beside its date, charge and pointers.
_REQUIRED: Final = attrgetter("procedure_identifier", "procedure_code", "measurement_unit", "service_unit_count")
_RARELY_SENT: Final = attrgetter(
    "service_date_end",
    "line_adjudication_information",
    "additional_notes",
    "institutional_service",
    "extra",
    "service_line_supplemental_information",
    "rendering_provider",
    "referring_provider",
    "ordering_provider",
    "supervising_provider",
)
WASTE: Final = ("JW", "JZ")
"""The modifiers that say what was discarded, or that nothing was."""
OF_WASTE: Final = frozenset(WASTE)
MOST_DECIMALS: Final = 3
"""Of the quantity of a package [CTP04]."""
COUNTED_IN: Final = frozenset({"F2", "GR", "ML", "UN"})
"""The measures of packages [CTP05-1]; no package is measured in milligrams (ME)."""


def traits_of_line(line: ServiceLine) -> int:
    """The traits of a line beside those of its code, modifiers, place and package, as the sum of their values."""
    service = line.professional_service
    traits = _rare_traits(line) if any(_RARELY_SENT(line)) else 0
    if not (line.service_date and all(_REQUIRED(service))):
        traits |= Trait.INCOMPLETE
    if line.service.description:
        traits |= Trait.TEXT
    if not is_whole_count(line.service.service_unit_count):
        traits |= Trait.ODD_AMOUNT
    if service.place_of_service_code:
        traits |= Trait.OWN_PLACE
    return traits


def _rare_traits(line: ServiceLine) -> int:
    traits = 0
    if line.service_date_end:
        traits |= Trait.END_DATE
    if line.line_adjudication_information:
        traits |= Trait.OTHER_PAYER
    if line.additional_notes:
        traits |= Trait.TEXT
    if line.institutional_service or line.extra or line.service_line_supplemental_information:
        traits |= Trait.INCOMPLETE
    if line.rendering_provider or line.referring_provider or line.ordering_provider or line.supervising_provider:
        traits |= Trait.OWN_PROVIDER
    return traits


def traits_of_code(code: str) -> int:
    """The traits of a line that follow from its code."""
    gives = Trait.INJECTION_OR_INFUSION if within(code, GIVING) else 0
    study = Trait.STUDY if code in IN_STUDIES_ONLY else 0
    return gives | study | (Trait.ADMINISTRATION if within(code, ADMINISTRATIONS) else 0)


def traits_of_modifiers(modifiers: tuple[str, ...]) -> int:
    """The traits of a line that follow from its modifiers, whatever its day."""
    traits = 0 if STUDY_MODIFIERS.isdisjoint(modifiers) else Trait.STUDY
    traits |= Trait.MODIFIER if modifiers else 0
    traits |= Trait.UNATTESTED if OF_WASTE.isdisjoint(modifiers) else Trait.WASTE_MODIFIER
    traits |= Trait.WASTE_BILLED if "JW" in modifiers else 0
    return traits | (0 if OF_WASTE.issuperset(modifiers) else Trait.OTHER_MODIFIER)


@lru_cache(maxsize=16_384)
def is_whole_count(text: str | None) -> bool:
    """Whether a count is a whole number above zero, or none that can be read."""
    count = as_quantity(text)
    return not isinstance(count, Decimal) or (count > 0 and count == count.to_integral_value())


@lru_cache(maxsize=16_384)
def is_usual_package(qualifier: str | None, ndc: str | None, count: str | None, measure: str | None) -> bool:
    """Whether a package has eleven digits, and a quantity above zero in a measure in which packages are counted."""
    amount = as_quantity(count)
    has_amount = isinstance(amount, Decimal) and amount > 0 and amount == round(amount, MOST_DECIMALS)
    has_number = qualifier == NDC_QUALIFIER and is_billable_form(ndc or "")
    return has_number and has_amount and (measure or "").upper() in COUNTED_IN
