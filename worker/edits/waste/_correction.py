"""The correction of a single-dose drug billed without JW and JZ: JZ, or its own JW line."""

from decimal import Decimal
from typing import Final

from schemas.outcome import Fix
from schemas.records import as_sent
from worker.edits.drugs.expected_units import expected_given, expected_wasted
from worker.edits.facts.claim import ClaimFacts, DrugDay, LineFacts
from worker.edits.facts.record import Unknown
from worker.edits.rules.correction import modifier_added, overwritten, safe, unsafe

CENT: Final = Decimal("0.01")
LONGEST_NUMBER: Final = 30  # REF02 of REF*6R


def waste_modifier_fix(day: DrugDay, line: LineFacts, claim: ClaimFacts) -> Fix | None:
    """A JW line where the record shows how much was discarded, JZ where it shows that nothing was.

    None when no record shows which: JZ attests a fact, and a guess would be a false statement to the payer.
    """
    if isinstance(day.dose_discarded, Decimal) and day.dose_discarded > 0:
        return _split(day, line, claim.charge_of(line))
    operations = modifier_added(line, "JZ") if nothing_was_discarded(day) else None
    return safe(operations) if operations else None


def nothing_was_discarded(day: DrugDay) -> bool:
    """Whether the record says so, and its dose is what the day's only line bills."""
    if len(day.lines) != 1 or isinstance(day.dose_given, Unknown) or expected_given(day) != day.units_given:
        return False
    opened = day.containers_opened
    if isinstance(opened, tuple) and sum(opened, Decimal(0)) != day.dose_given:
        return False
    if isinstance(day.dose_discarded, Unknown):
        return isinstance(opened, tuple)
    return day.dose_discarded == 0


def _split(day: DrugDay, line: LineFacts, charge: Decimal | None) -> Fix | None:
    """The line bills whole containers: its discarded units go, with their share of the charge, to a new line.

    The charges of both lines add up to the original one, so that the claim stays in balance.
    """
    given, wasted = expected_given(day), expected_wasted(day)
    if len(day.lines) != 1 or isinstance(given, Unknown) or isinstance(wasted, Unknown):
        return None
    drug = line.line.drug_identification
    has_package_count = drug is not None and drug.national_drug_unit_count
    operations = modifier_added(line, "JW")
    if operations is None or wasted < 1 or line.units != given + wasted or charge is None or has_package_count:
        return None
    share = (charge * wasted / line.units).quantize(CENT)
    if not 0 < share < charge:
        return None
    added = as_sent(line.line)
    service = added["professionalService" if line.line.institutional_service is None else "institutionalService"]
    service["procedureModifiers"] = [*(service.get("procedureModifiers") or ()), "JW"]
    service["serviceUnitCount"], service["lineItemChargeAmount"] = f"{wasted:f}", f"{share:f}"
    if line.control_number:
        added["providerControlNumber"] = f"{line.control_number[: LONGEST_NUMBER - 2]}JW"
    return unsafe(
        (
            *overwritten(line, "serviceUnitCount", f"{given:f}"),
            *overwritten(line, "lineItemChargeAmount", f"{charge - share:f}"),
            {"op": "add", "path": "/claimInformation/serviceLines/-", "value": added},
        )
    )
