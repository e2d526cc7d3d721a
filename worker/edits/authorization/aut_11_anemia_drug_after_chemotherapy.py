from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.anemia import FROM_CHEMOTHERAPY, OUTSIDE_DIALYSIS
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    EditStatus,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.rules.earlier import earlier_claims, is_repeated, named, without_memory
from worker.edits.rules.earlier_doses import doses_before

CHEMOTHERAPY: Final[tuple[CodeRange, ...]] = (("J9000", "J9999"),)
WEEKS: Final = 8


@drug_day_edit(
    "AUT-11",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("571",), carc=("50",), rarc=("N386",)),
    citation=Citation(
        source="CMS National Coverage Determination 110.21: erythropoiesis stimulating agents in cancer",
        effective=date(2007, 7, 30),
    ),
    about=lambda code, _: code in OUTSIDE_DIALYSIS,
    lacks=without_memory,
    status=EditStatus.PREVIEW,
    kinds=BOTH_KINDS,
)
def anemia_drug_after_chemotherapy(day: DrugDay, context: Context) -> Verdict | None:
    """A drug against anemia from chemotherapy is billed more than eight weeks after the last chemotherapy.

    Why: Medicare covers it up to eight weeks after the final dose of myelosuppressive chemotherapy.

    Flagged: J0881-EA on 2026-03-09 after J9045 on 2026-01-05 (63 days).

    Accepted: 56 days; EB and EC. Where no chemotherapy is known nothing is decided, since it may have been given
    elsewhere; any code from J9000 to J9999 counts as such.

    To do: Verify the date of the last chemotherapy and have it in the record; after eight weeks it is not covered.
    """
    marked = [line for line in day.given if FROM_CHEMOTHERAPY in line.modifiers]
    if not marked or is_repeated(context, *day.lines):
        return DoesNotApply()
    if any(within(other.hcpcs, CHEMOTHERAPY) and other.on == day.on for other in context.claim.drug_days):
        return None
    codes = {each.hcpcs for each in context.claim.drug_days} | earlier_claims(context).services.codes
    before = doses_before(day, context, [code for code in codes if within(code, CHEMOTHERAPY)])
    if not before:
        return NoData("the date of the last chemotherapy", marked[0].number)
    last = before[-1]
    days = (day.on - last.on).days
    if days <= WEEKS * 7:
        return None
    return Flaw(
        message=f"{day.hcpcs}-EA is given {in_words(days, 'day')} after the last chemotherapy that is known "
        f"({last.hcpcs} on {last.on}).",
        hint="Verify the date of the last chemotherapy and have it in the record; after eight weeks it is not covered.",
        at=in_line(marked[0], "serviceDate"),
        facts={
            "procedureCode": day.hcpcs,
            "serviceDate": day.on,
            "earlierCode": last.hcpcs,
            "earlierDose": last.on,
            "days": days,
            **(named(last.claim) if last.claim else {}),
        },
    )
