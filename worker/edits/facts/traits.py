"""What a line, or a drug on a day, must have for certain edits to have anything to say.

An edit names the traits that it needs, and is never called on a subject without them: most lines have no modifier and
no package, and few drugs are wasted. Such an edit counts as not applicable, as if it had said so itself.
"""

from decimal import Decimal
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Final

from msgspec.structs import astuple

from schemas.records import ServiceLine
from schemas.values import Unreadable, as_money, as_quantity
from worker.edits.codes.administrations import ADMINISTRATIONS, GIVING
from worker.edits.codes.ranges import within
from worker.edits.codes.studies import IN_STUDIES_ONLY, STUDY_MODIFIERS
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form


class Trait:
    """Things that a subject has, a bit each; several are added up in one number.

    Not an enumeration: one would be asked for its members so often that it takes a part in fifty of a claim's time.
    """

    MODIFIER: Final = 1 << 0
    """A line carries a modifier."""
    WASTE_MODIFIER: Final = 1 << 1
    """A line, or one of the drug's lines, carries JW or JZ."""
    WASTE_BILLED: Final = 1 << 2
    """One of the drug's lines carries JW."""
    PACKAGE: Final = 1 << 3
    """A line names the package (NDC) of its drug."""
    END_DATE: Final = 1 << 4
    """A line has a last date of service."""
    OTHER_PAYER: Final = 1 << 5
    """A line shows what another payer decided."""
    ADMINISTRATION: Final = 1 << 6
    """A line bills something through which, or in the course of which, a drug may be given."""
    INJECTION_OR_INFUSION: Final = 1 << 7
    """A line bills an injection or infusion of a drug; each is an administration too."""
    OWN_PROVIDER: Final = 1 << 8
    """A line names a provider."""
    TEXT: Final = 1 << 9
    """A line has a description or a note."""
    RECORD: Final = 1 << 10
    """A list of what the record holds was sent."""
    SPECIAL_TEXT: Final = 1 << 11
    """The claim may hold characters other than printable ASCII."""
    LONG_TEXT: Final = 1 << 12
    """The claim may hold a text of more than 30 characters, the shortest limit of any identifier."""
    UNREADABLE: Final = 1 << 13
    """The claim may hold amounts, counts or dates that cannot be read."""
    ATTACHMENT: Final = 1 << 14
    """The claim may announce an attachment."""
    INCOMPLETE: Final = 1 << 15
    """A line may lack an element that it must carry."""
    OWN_PLACE: Final = 1 << 16
    """A line has a place of service of its own."""
    STUDY: Final = 1 << 17
    """A line shows a clinical study, or bills what Medicare covers in studies only."""
    OTHER_MODIFIER: Final = 1 << 18
    """A line carries a modifier other than JW and JZ."""
    SEVERAL_MODIFIERS: Final = 1 << 19
    """A line has more than one modifier."""
    DOUBTFUL_MODIFIER: Final = 1 << 20
    """A line carries something other than a modifier in force on its day, as far as the table knows."""
    ELSEWHERE: Final = 1 << 21
    """A line was not done in an office (place 11), or on a facility's claim."""
    DOUBTFUL_PACKAGE: Final = 1 << 22
    """Qualifier, number, quantity or measure of a package are not as usual, or the crosswalk of the day does not list
    it under the code.
    """
    UNATTESTED: Final = 1 << 23
    """A line carries neither JW nor JZ."""
    ODD_AMOUNT: Final = 1 << 24
    """A line has a count that is not a whole number above zero, or a charge that is not above zero."""
    UNUSUAL_DIAGNOSES: Final = 1 << 26
    """The diagnoses are not one principal one (ABK) and up to eleven others (ABF), each there and without its dot."""
    NEVER_FIRST: Final = 1 << 27
    """A diagnosis is one that may not come first."""
    DOUBTFUL_DIAGNOSIS: Final = 1 << 28
    """A diagnosis is not in force on the first day of service, as far as the table knows."""
    OF_ONE_SEX: Final = 1 << 29
    """A diagnosis is of women only, or of men."""
    STRUCTURE: Final = 1 << 30
    """The claim came in an 837 with flaws of its structure."""
    NAME_RECORDED: Final = 1 << 31
    """The record names the drug that was given, or one of those of the claim."""
    LATE: Final = 1 << 32
    """The claim was pended, and is judged once more: documents came for it, or were waited for in vain."""
    EARLIER_DAY: Final = 1 << 33
    """An earlier claim may bill something of the day of a line, or the patient was in a hospital."""
    EARLIER_CODE: Final = 1 << 34
    """An earlier claim of a year, or this one, may bill the code of a line for another day."""
    REPLACES: Final = 1 << 35
    """The claim replaces or voids an earlier one."""


NOTHING: Final = 0
"""What an edit looks for that passes whatever a subject has."""
ANYTHING: Final = -1
"""What an edit looks for that is called whatever a subject has."""
SHOWN_PRODUCT: Final = Trait.PACKAGE | Trait.TEXT
"""What shows more of a drug than its code."""
DOUBTFUL_PRODUCT: Final = Trait.DOUBTFUL_PACKAGE | Trait.TEXT
"""What may show that another product was given than the code says."""
UNTOLD: Final = Trait.SPECIAL_TEXT | Trait.LONG_TEXT | Trait.UNREADABLE | Trait.ATTACHMENT
"""The traits of a claim of which nothing is known."""
# What FMT-02 asks of every professional line, beside its date, charge and pointers.
_REQUIRED: Final = attrgetter("procedure_identifier", "procedure_code", "measurement_unit", "service_unit_count")
_RARELY_SENT: Final = itemgetter(
    *map(
        ServiceLine.__struct_fields__.index,
        (
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
        ),
    )
)
WASTE: Final = ("JW", "JZ")
"""The modifiers that say what was discarded, or that nothing was."""
OF_WASTE: Final = frozenset(WASTE)
MOST_DECIMALS: Final = 3
"""Of the quantity of a package [CTP04]."""
COUNTED_IN: Final = frozenset({"F2", "GR", "ML", "UN"})
"""The measures of packages [CTP05-1]; no package is measured in milligrams (ME)."""


def traits_of_line(line: ServiceLine) -> int:
    """The traits of a line beside those of its code, modifiers, units, place and package."""
    service = line.professional_service
    traits = _rare_traits(line) if any(_RARELY_SENT(astuple(line))) else 0
    if not (line.service_date and all(_REQUIRED(service))):
        traits |= Trait.INCOMPLETE
    if (line.institutional_service or service).description:
        traits |= Trait.TEXT
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
def units_of(count: str | None) -> tuple[Decimal | None, int]:
    """Return the units that a line bills, None when they cannot be read, and the traits that follow."""
    units = as_quantity(count)
    if not isinstance(units, Decimal):
        return None, 0 if units is None else Trait.UNREADABLE
    return units, 0 if units > 0 and units == units.to_integral_value() else Trait.ODD_AMOUNT


@lru_cache(maxsize=16_384)
def charge_of(amount: str | None) -> tuple[Decimal | None, int]:
    """Return what a line charges in dollars, None when that cannot be read, and the traits that follow."""
    charge = as_money(amount)
    if not isinstance(charge, Decimal):
        return None, Trait.INCOMPLETE if charge is None else Trait.INCOMPLETE | Trait.UNREADABLE
    return charge, 0 if charge > 0 else Trait.ODD_AMOUNT


@lru_cache(maxsize=16_384)
def traits_of_package(qualifier: str | None, ndc: str | None, count: str | None, measure: str | None) -> int:
    """The traits of a line that follow from its package.

    Usual are eleven digits, and a quantity above zero in a measure in which packages are counted.
    """
    amount = as_quantity(count)
    has_amount = isinstance(amount, Decimal) and amount > 0 and amount == round(amount, MOST_DECIMALS)
    has_number = qualifier == NDC_QUALIFIER and is_billable_form(ndc or "")
    is_usual = has_number and has_amount and (measure or "").upper() in COUNTED_IN
    traits = Trait.UNREADABLE if isinstance(amount, Unreadable) else 0
    return traits | (Trait.PACKAGE if ndc else 0) | (0 if is_usual else Trait.DOUBTFUL_PACKAGE)
