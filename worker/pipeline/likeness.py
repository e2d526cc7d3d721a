"""What lines have alike, so that what follows from it alone need be worked out once for all of them.

Claims repeat themselves: 40 units of infliximab with JZ in an office on one day are on many of them.
"""

from decimal import Decimal
from operator import attrgetter
from typing import Final

from schemas.claim import ServiceLine
from schemas.values import Unreadable
from worker.edits.facts.claim import Likeness

ALIKE: Final = 4096
"""Kinds of lines, or of drugs and days, that are kept; all that is kept of one takes some 5 KB at most."""

ON_MOST_LINES: Final = frozenset(
    {"provider_control_number", "service_date", "service_date_end", "professional_service", "drug_identification"}
)
IN_MOST_SERVICES: Final = frozenset(
    {
        "procedure_identifier",
        "procedure_code",
        "procedure_modifiers",
        "line_item_charge_amount",
        "measurement_unit",
        "service_unit_count",
        "place_of_service_code",
        "composite_diagnosis_code_pointers",
    }
)
OF_MOST_PACKAGES: Final = frozenset(
    {"service_id_qualifier", "national_drug_code", "national_drug_unit_count", "measurement_unit_code"}
)
_OF_LINE: Final = attrgetter("service_date", "service_date_end")
_OF_SERVICE: Final = attrgetter(
    "procedure_identifier", "procedure_code", "procedure_modifiers", "measurement_unit", "place_of_service_code"
)
_OF_PACKAGE: Final = attrgetter("service_id_qualifier", "national_drug_code", "measurement_unit_code")


def likeness_of(line: ServiceLine, place: str | None) -> Likeness | None:
    """All that is set on a line but its number, charge and diagnosis pointers, for which an edit asks the claim.

    So an element that is not named here can never be overlooked: a line that has it, as every line of a facility's
    claim has, is like no other. `place` is the claim's.
    """
    service, package = line.professional_service, line.drug_identification
    if not line.model_fields_set <= ON_MOST_LINES or not service.model_fields_set <= IN_MOST_SERVICES:
        return None
    billed = (place, _as_written(service.service_unit_count), *_OF_SERVICE(service), *_OF_LINE(line))
    if package is None:
        return billed
    if not package.model_fields_set <= OF_MOST_PACKAGES:
        return None
    return (*billed, _as_written(package.national_drug_unit_count), *_OF_PACKAGE(package))


def _as_written(count: Decimal | Unreadable | None) -> str | None:
    """Equal counts may be written differently, 40 and 40.0, and are shown as they were."""
    return format(count, "f") if isinstance(count, Decimal) else count
