from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.rules.checklist import asked_for_by, missing_from_record


@drug_day_edit(
    "DOC-02",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("294", "397"), carc=("50",), rarc=("N706",)),
    citation=Citation(source="Medicare LCD L33438 and billing and coding article A56531, octreotide depot"),
    about=asked_for_by("DOC-02"),
    kinds=BOTH_KINDS,
)
def octreotide_record_incomplete(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """The record for depot octreotide (J2353) lacks what payers ask for.

    Why: Medicare pays for the depot form after the short-acting form was tolerated and worked, for a diagnosis that
    findings support, such as growth hormone, IGF-1 or imaging. What is asked for is in the guide of the drug.

    Flagged: a record with dose and route, but without the response to short-acting octreotide.

    Accepted: every item of the guide. Without any list no data, unless the payer profile requires the record.

    To do: Send it as `…`; it is in: … (PWK …).

    To do: Send a `documentation` list to have the record checked, or have these documents ready.
    """
    return list(missing_from_record(day, context))
