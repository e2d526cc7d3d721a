"""The doses in the record as billing units, for the edits that compare them with the units billed.

Each disagreement is reported by one edit: UNT-02 compares the administered units of a day without JW line, WST-06 both
counts of a day with one, WST-05 a JW line for less than one unit, WST-10 a JZ line although units were discarded.
"""

from decimal import Decimal

from worker.edits.drugs.arithmetic import units_administered, units_discarded
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.record import Unknown

NO_UNIT = Unknown("billing unit of the code")


def expected_given(day: DrugDay) -> Decimal | Unknown:
    """Units to bill for the dose given."""
    if isinstance(day.dose_given, Unknown):
        return day.dose_given
    return NO_UNIT if day.unit_dose is None else units_administered(day.dose_given, day.unit_dose)


def expected_wasted(day: DrugDay) -> Decimal | Unknown:
    """Units to bill for the amount discarded."""
    if isinstance(day.dose_discarded, Unknown):
        return day.dose_discarded
    return NO_UNIT if day.unit_dose is None else units_discarded(day.dose_discarded, day.unit_dose)


def contradicts_record(day: DrugDay) -> bool:
    """Whether the units billed are known to differ from the record; another edit then says so."""
    given, wasted = expected_given(day), expected_wasted(day)
    return (isinstance(given, Decimal) and given != day.units_given) or (
        isinstance(wasted, Decimal) and wasted != day.units_wasted
    )
