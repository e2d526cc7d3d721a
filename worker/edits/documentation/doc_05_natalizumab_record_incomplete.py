from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.rules.checklist import asked_for_by, missing_from_record


@drug_day_edit(
    "DOC-05",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("294", "417"), carc=("50",), rarc=("N706",)),
    citation=Citation(
        source="BCBS North Dakota, medical policy Natalizumab (Tysabri); FDA, Tysabri risk program TOUCH"
    ),
    about=asked_for_by("DOC-05"),
    kinds=BOTH_KINDS,
)
def natalizumab_record_incomplete(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """The record for natalizumab (J2323) lacks what payers ask for.

    Why: the drug can cause a brain infection (PML). It is given under the TOUCH program only, with a JC virus antibody
    test, and for Crohn disease after other therapies. What is asked for is in the guide of the drug.

    Flagged: a record without the enrollment in TOUCH.

    Accepted: every item of the guide. Without any list no data, unless the payer profile requires the record.

    To do: Send it as `…`; it is in: … (PWK …).

    To do: Send a `documentation` list to have the record checked, or have these documents ready.
    """
    return list(missing_from_record(day, context))
