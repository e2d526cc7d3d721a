from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.rules.checklist import asked_for_by, missing_from_record


@drug_day_edit(
    "DOC-06",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("294", "417"), carc=("50",), rarc=("N706",)),
    citation=Citation(
        source="NGS billing and coding article A52399, denosumab; Noridian, probe and educate results for J0897"
    ),
    about=asked_for_by("DOC-06"),
    kinds=BOTH_KINDS,
)
def denosumab_record_incomplete(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """The record for denosumab (J0897) lacks what payers ask for.

    Why: Prolia and Xgeva share the code, so that only the record says what the drug is for and how often it is due.
    Reviews found bone density reports, and calcium and vitamin D, missing most. What is asked for is in the guide.

    Flagged: a record for osteoporosis without the history of bisphosphonates.

    Accepted: the same record for bone metastases. Without any list no data, unless the payer profile requires
    the record.

    To do: Send it as `…`; it is in: … (PWK …).

    To do: Send a `documentation` list to have the record checked, or have these documents ready.
    """
    return list(missing_from_record(day, context))
