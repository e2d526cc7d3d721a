from collections.abc import Iterator
from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.arithmetic import units_administered
from worker.edits.edit import Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts import DrugDay
from worker.edits.locate import in_line
from worker.edits.record import Unknown


@drug_day_edit(
    "UNT-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476", "724"), carc=("16", "153"), rarc=("M53", "M123")),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 17",
        section="section 40; First Coast, Billing of drug units, 2024-06-07",
        effective=date(2003, 1, 1),
    ),
)
def units_do_not_match_dose(day: DrugDay, _: Context) -> Iterator[Verdict]:
    """The units billed are not the dose in the record, expressed in the code's billing unit.

    Why: a code is billed per 1 mg, per 5 mg, per 10 mg and so on; every begun unit of the dose counts. Units entered
    in milligrams under a code that counts in fives overcharge five times.

    Flagged: J2357 (5 mg) x 150 for a dose of 150 mg, which is 30 units.

    Accepted: J2357 x 30 for 150 mg; J1745 (10 mg) x 31 for 305 mg.
    """
    if not day.given:
        return
    dose, unit, billed = day.dose_given, day.unit_dose, day.units_given
    if isinstance(dose, Unknown):
        yield NoData(dose.missing, day.given[0].number)
    elif unit is None or billed is None:
        yield NoData("billing unit of the code" if unit is None else "unit count", day.given[0].number)
    elif billed != (expected := units_administered(dose, unit)):
        yield Flaw(
            message=(
                f"{day.hcpcs} is billed per {unit} {day.drug.unit}: a dose of {dose} {day.drug.unit} is {expected} "
                f"units, but {billed} are billed."
            ),
            hint=f"Bill {expected} units, or correct the dose in the record.",
            at=in_line(day.given[0], "serviceUnitCount"),
            facts={
                "procedureCode": day.hcpcs,
                "dose": f"{dose} {day.drug.unit}",
                "billingUnit": f"{unit} {day.drug.unit}",
                "expectedUnits": expected,
                "billedUnits": billed,
            },
        )
