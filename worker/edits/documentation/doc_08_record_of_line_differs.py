from decimal import Decimal

from schemas.documentation import Element
from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words, units_administered, units_discarded
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import DrugRecord, Unknown
from worker.edits.facts.traits import Trait


@drug_day_edit(
    "DOC-08",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("151",), rarc=("M53",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 17", section="section 40"),
    needs=Trait.RECORD,
    kinds=BOTH_KINDS,
)
def record_of_line_differs(day: DrugDay, _: Context) -> Verdict | list[Verdict] | None:
    """The record of one line gives a different dose or discarded amount than the line bills.

    Why: a reviewer compares each line with the record; payment that the record does not support is recouped.

    Flagged: two lines of J1745, the first x 20 with 100 mg in its record, which are 10 units; no dose for the second.
    A warning where the lines together agree with the record, so that only their order may be wrong.

    Accepted: x 10; a difference of less than one unit, from rounding. A day whose doses are all known is
    compared as a whole by UNT-02, WST-05, WST-06 and WST-10.

    To do: Correct the units of the line, or the amount in its record.
    """
    if day.record is None or len(day.lines) == 1:
        return DoesNotApply()
    together = {True: day.dose_discarded, False: day.dose_given}
    compared = False
    verdicts: list[Verdict] = []
    for line in day.lines:
        element = Element.AMOUNT_DISCARDED if line.is_waste else Element.DOSE_ADMINISTERED
        told = [entry for entry in day.record.entries(element) if entry.provider_control_number == line.control_number]
        if not told or not line.control_number or line.units is None or day.unit_dose is None:
            continue
        amount = DrugRecord(tuple(told)).total(element, day.drug.unit)
        if isinstance(amount, Unknown):
            continue
        compared = True
        if abs(line.units - amount / day.unit_dose) < 1:
            continue
        whole = together[line.is_waste]
        if isinstance(whole, Unknown):
            verdicts.append(_differs(day, line, amount, day.unit_dose, Severity.REJECT))
        elif _agrees(day, whole, day.unit_dose, wasted=line.is_waste):
            verdicts.append(_differs(day, line, amount, day.unit_dose, Severity.WARN))
    if not compared:
        verdicts.append(NoData("documentation of each line of the drug", day.lines[0].number))
    return verdicts


def _agrees(day: DrugDay, amount: Decimal, unit: Decimal, *, wasted: bool) -> bool:
    """Whether the lines together bill the amount, so that no other edit reports a difference."""
    if wasted:
        return day.units_wasted == units_discarded(amount, unit)
    return day.units_given == units_administered(amount, unit)


def _differs(day: DrugDay, line: LineFacts, amount: Decimal, unit: Decimal, severity: Severity) -> Flaw:
    expected = (units_discarded if line.is_waste else units_administered)(amount, unit)
    written = f"{amount:f} {day.drug.unit}"
    return Flaw(
        message=f"{day.hcpcs}: the record of line {line.number} gives {written} ({in_words(expected)}), but "
        f"the line bills {line.units:f}.",
        hint="Correct the units of the line, or the amount in its record.",
        at=in_line(line, "serviceUnitCount"),
        facts={
            "procedureCode": day.hcpcs,
            "recorded": written,
            "expectedUnits": expected,
            "billedUnits": line.units or Decimal(0),
        },
        severity=severity,
    )
