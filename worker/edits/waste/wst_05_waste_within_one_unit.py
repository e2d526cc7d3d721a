from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import fits_in_one_unit, in_words
from worker.edits.drugs.expected_units import expected_given, expected_wasted
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait


@drug_day_edit(
    "WST-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453", "476"), carc=("16",), rarc=("N823",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, DME: modifier JZ, 2024-03-20; billing and coding article A53024",
        url="https://med.noridianmedicare.com/web/jddme/topics/modifiers/jz",
    ),
    needs=Trait.WASTE_BILLED,
    kinds=BOTH_KINDS,
)
def waste_within_one_unit(day: DrugDay, _: Context) -> Verdict | None:
    """Units are billed as discarded, but the record shows less than one billing unit of waste.

    Why: a begun unit is billed in full as given, so waste inside that unit is paid already. A JW line would pay for
    it twice.

    Flagged: a code per 100 mg, 70 mg given and 30 mg discarded of a 100 mg vial, billed x 1 and JW x 1.

    Accepted: the same as x 1 with JZ; or 23 mg discarded under a code per 10 mg, billed as JW x 2.

    To do: Remove the JW line and bill … given on one line with JZ.

    To do: Remove the JW line and bill the units given on one line with JZ.
    """
    if not day.wasted:
        return None
    line, whole = day.wasted[0], expected_wasted(day)
    if isinstance(whole, Unknown):
        return NoData(whole.missing, line.number)
    dose, waste, unit, given = day.dose_given, day.dose_discarded, day.unit_dose, expected_given(day)
    if whole > 0 or unit is None or isinstance(waste, Unknown):
        return None
    measure, facts = day.drug.unit, {"procedureCode": day.hcpcs, "discarded": waste, "billingUnit": unit}
    together = not isinstance(dose, Unknown) and fits_in_one_unit(dose, waste, unit)
    return Flaw(
        message=f"{day.hcpcs} is billed per {unit} {measure}: {waste} {measure} discarded "
        + ("is inside the one unit that the dose fills." if together else "is less than one unit."),
        hint="Remove the JW line and bill "
        + (f"{in_words(given)} given" if not isinstance(given, Unknown) else "the units given")
        + " on one line with JZ.",
        at=in_line(line, "serviceUnitCount"),
        facts=facts | {"discardedUnits": day.units_wasted or "not known"},
    )
