from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.rules.checklist import asked_for_by, missing_from_record


@drug_day_edit(
    "DOC-04",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("294", "409", "345"), carc=("50",), rarc=("N706",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapters 12 and 17"),
    about=asked_for_by("DOC-04"),
    kinds=BOTH_KINDS,
)
def atezolizumab_record_incomplete(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """The record for atezolizumab (J9022) lacks what payers ask for.

    Why: the infusion is billed by time, the drug by dose and by what was discarded; both must be in the record of
    the day, with the assessment before the infusion and the response. What is asked for is in the guide of the drug.

    Flagged: a record with the dose, but without start and end of the infusion.

    Accepted: every item of the guide; the amount discarded only beside a JW line. Without any list no data,
    unless the payer profile requires the record.

    To do: Send it as `…`; it is in: … (PWK …).

    To do: Send a `documentation` list to have the record checked, or have these documents ready.
    """
    return list(missing_from_record(day, context))
