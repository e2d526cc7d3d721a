from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import amount_in_words, in_words, is_whole
from worker.edits.drugs.expected_units import expected_given
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.rules.continuation import on_the_other_claim
from worker.edits.rules.correction import recounted, unsafe


@drug_day_edit(
    "UNT-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476", "724"), carc=("16", "153"), rarc=("M53", "M123")),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 17; First Coast Service Options, 2024-06-07",
        section="section 40",
        url="https://medicare.fcso.com/Claim_submission_guidelines/0508052.asp",
    ),
    kinds=BOTH_KINDS,
    fixes=("unsafe",),
)
def units_do_not_match_dose(day: DrugDay, context: Context) -> Verdict | None:
    """The units billed do not match the dose in the record, expressed in the code's billing unit.

    Why: a code is billed per 1 mg, per 5 mg, per 10 mg and so on; every begun unit of the dose counts. Units entered
    in milligrams under a code that counts in fives overcharge fivefold.

    Flagged: J2357 (5 mg) x 150 for a dose of 150 mg, which is 30 units.

    Accepted: J2357 x 30 for 150 mg; J1745 (10 mg) x 31 for 305 mg. A day with a JW line is compared by WST-06, which
    looks at the given and the discarded units together; a count with decimals is UNT-01's. A claim that was split, as a
    note says, bills a part of the dose.

    To do: Bill …, or correct the dose in the record.
    """
    if not day.given or day.wasted:
        return None
    line, billed, expected = day.given[0], day.units_given, expected_given(day)
    if isinstance(expected, Unknown):
        return NoData(expected.missing, line.number)
    if billed is None or not is_whole(billed):
        return NoData("whole unit count", line.number)
    if billed < expected and (elsewhere := on_the_other_claim(context, line.number)):
        return elsewhere
    if billed != expected:
        dose = amount_in_words(day.dose_given, day.drug.unit)
        unit = amount_in_words(day.unit_dose, day.drug.unit)
        return Flaw(
            message=f"{day.hcpcs} is billed per {unit}: a dose of {dose} takes {in_words(expected)}, not {billed}.",
            hint=f"Bill {in_words(expected)}, or correct the dose in the record.",
            at=in_line(line, "serviceUnitCount"),
            facts={
                "procedureCode": day.hcpcs,
                "dose": dose,
                "billingUnit": unit,
                "expectedUnits": expected,
                "billedUnits": billed,
            },
            fix=unsafe(recounted(line, f"{expected:f}")) if len(day.given) == 1 else None,
        )
    return None
