from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import BILLED_TO_BE_DENIED
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.reference.tables.answer import Found


@drug_day_edit(
    "DX-10",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("254", "287"), carc=("50", "11"), rarc=("N115", "N130")),
    citation=Citation(
        source="Medicare Coverage Database, local coverage determinations and their billing articles of about April "
        "2026; Medicare Program Integrity Manual (Pub. 100-08), chapter 13",
        effective=date(2026, 4, 1),
    ),
    kinds=BOTH_KINDS,
)
def diagnosis_not_in_local_coverage(day: DrugDay, context: Context) -> Verdict | None:
    """None of the diagnoses that the drug's lines point to is listed in a Medicare contractor's coverage determination.

    Why: where a contractor has a local coverage determination (LCD) for a drug, it pays for the diagnoses in its
    billing article and denies others as not medically necessary. We hold the union of ten determinations, without their
    areas: this can only warn, and a contractor without one decides by the record.

    Flagged: J0585 (botulinum toxin) for L98.8 only; J0881 for a diagnosis that a determination lists as not covered.

    Accepted: any one listed diagnosis among those that the lines point to; GA, GX, GY or GZ, which state that a denial
    is expected. Not looked at: payers other than Medicare; drugs whose guide has diagnoses, which are DOC-01's.

    To do: Point to the diagnosis that the drug treats. Listed diagnoses are in … (Medicare Coverage Database).
    """
    line, guide = day.lines[0], context.guides.get(day.hcpcs)
    if not context.profile.medicare or (guide and guide.indications):
        return DoesNotApply()
    answer = context.snapshot.local_coverage(day.hcpcs, day.on)
    diagnoses = context.claim.diagnoses_of(day.lines)
    if not isinstance(answer, Found):
        return NoData("local coverage determination for the drug and that date", line.number)
    if not diagnoses:
        return NoData("diagnosis pointers", line.number)
    if any(diagnosis in answer.row.covered for diagnosis in diagnoses):
        return None
    if denied := BILLED_TO_BE_DENIED.intersection(*(each.modifiers for each in day.lines)):
        return Bypassed(f"modifier {min(denied)}", line.number)
    documents, refused = answer.row.documents, [code for code in diagnoses if code in answer.row.not_covered]
    told = f"lists {', '.join(refused)} as not covered" if refused else f"does not list {', '.join(diagnoses)}"
    return Flaw(
        message=f"The local coverage of {day.hcpcs} that we hold {told}.",
        hint=f"Point to the diagnosis that the drug treats. Listed diagnoses are in {', '.join(documents)} "
        "(Medicare Coverage Database).",
        at=in_line(line, "diagnosisCodePointers"),
        facts={"procedureCode": day.hcpcs, "diagnoses": diagnoses, "documents": documents},
    )
