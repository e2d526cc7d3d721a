"""The waste ledger of one drug on one day: dose, waste, units and containers, from all lines and the record.

It uses the same arithmetic as the edits on units and waste: `expected_units` and `containers`.
"""

from decimal import Decimal
from itertools import groupby

from msgspec import Struct

from worker.edits.drugs.arithmetic import fits_in_one_unit
from worker.edits.drugs.containers import ONE_UNIT, Combination, least_waste
from worker.edits.drugs.expected_units import expected_given, expected_wasted
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait


class Ledger(Struct, frozen=True, gc=False):
    """What is known; containers are in billing units, and all that is not known is None or empty.

    `within_one_unit` is set when dose and waste are inside one unit: bill one unit, and no JW line. `least` are the
    containers that hold the dose with the least left over; `unavoidable` is what they leave, in whole units.
    """

    day: DrugDay
    expected_given: Decimal | None
    expected_wasted: Decimal | None
    within_one_unit: bool | None
    marketed: tuple[Decimal, ...]
    opened: Combination | None
    least: Combination | None
    unavoidable: Decimal | None


def ledger_of(day: DrugDay) -> Ledger | None:
    """The ledger of a drug and day; None when neither JW, JZ nor the record says anything of waste or dose."""
    doses = (day.dose_given, day.dose_discarded, day.containers_opened)
    says = day.traits & Trait.WASTE_MODIFIER
    if not says and all(isinstance(dose, Unknown) for dose in doses):
        return None
    sizes = day.marketed_sizes
    least = _least(day, sizes)
    return Ledger(
        day=day,
        expected_given=_known(expected_given(day)) if day.record else None,
        expected_wasted=_expected_wasted(day) if day.record else None,
        within_one_unit=_within_one_unit(day) if day.record else None,
        marketed=sizes,
        opened=_opened(day),
        least=least,
        unavoidable=_left_over(day, least),
    )


def _known(amount: Decimal | Unknown) -> Decimal | None:
    return None if isinstance(amount, Unknown) else amount


def _within_one_unit(day: DrugDay) -> bool | None:
    dose, waste, unit = _known(day.dose_given), _known(day.dose_discarded), day.unit_dose
    return None if dose is None or waste is None or unit is None else fits_in_one_unit(dose, waste, unit)


def _expected_wasted(day: DrugDay) -> Decimal | None:
    expected = _known(expected_wasted(day))
    return Decimal(0) if expected is not None and _within_one_unit(day) else expected


def _opened(day: DrugDay) -> Combination | None:
    unit, opened = day.unit_dose, day.containers_opened
    if unit is None or isinstance(opened, Unknown):
        return None
    sizes = sorted((content / unit for content in opened), reverse=True)
    return Combination(tuple((size, len(list(alike))) for size, alike in groupby(sizes)))


def _least(day: DrugDay, sizes: tuple[Decimal, ...]) -> Combination | None:
    """For the dose in the record; for the units billed otherwise, of which the last may be begun only."""
    dose, unit, given = _known(day.dose_given), day.unit_dose, day.units_given
    if dose is not None and unit is not None:
        return least_waste(sizes, dose / unit)
    if not given or given <= 0:
        return None
    begun = least_waste(sizes, given - ONE_UNIT)
    return begun if begun and begun.total > given - ONE_UNIT else least_waste(sizes, given)


def _left_over(day: DrugDay, least: Combination | None) -> Decimal | None:
    dose, unit, given = _known(day.dose_given), day.unit_dose, day.units_given
    if least is None:
        return None
    need = dose / unit if dose is not None and unit is not None else given
    return None if need is None else max(least.total - need, Decimal(0)).to_integral_value("ROUND_FLOOR")
