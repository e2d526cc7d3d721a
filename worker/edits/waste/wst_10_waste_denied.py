from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.drugs.expected_units import expected_wasted
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait


@drug_day_edit(
    "WST-10",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(
        source="CMS, Discarded Drugs and Biologicals: JW Modifier and JZ Modifier Policy",
        effective=date(2023, 1, 1),
        url="https://www.cms.gov/medicare/payment/part-b-drugs/discarded-drugs",
    ),
    needs=Trait.WASTE_MODIFIER,
    kinds=BOTH_KINDS,
)
def waste_denied(day: DrugDay, _: Context) -> Verdict | None:
    """The line attests that nothing was discarded (JZ), but the record shows that a unit or more was.

    Why: JZ is an attestation. Where a whole billing unit or more was discarded, it is false, and the discarded units
    are left out of the refund that manufacturers owe Medicare.

    Flagged: J1745-JZ x 35 with 50 mg discarded in the record, which is 5 units.

    Accepted: J1745-JZ x 40 with nothing discarded; waste of less than one billing unit; a JZ line beside a JW line of
    the same drug and day, for two preparations.
    """
    attesting = [line for line in day.lines if line.attests_no_waste]
    if not attesting or day.wasted:
        return None
    expected = expected_wasted(day)
    if isinstance(expected, Unknown):
        return NoData(expected.missing, attesting[0].number)
    if expected > 0:
        amount = f"{day.dose_discarded} {day.drug.unit}"
        return Flaw(
            message=f"{day.hcpcs} carries JZ (nothing discarded), but the record shows {amount} discarded.",
            hint=f"Remove JZ and bill {in_words(expected)} as discarded with JW on their own line.",
            at=in_line(attesting[0], "procedureModifiers", 1 + attesting[0].modifiers.index("JZ")),
            facts={"procedureCode": day.hcpcs, "discarded": amount, "discardedUnits": expected},
        )
    return None
