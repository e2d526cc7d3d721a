from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.rules.checklist import asked_for_by, missing_from_record


@drug_day_edit(
    "DOC-03",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("294", "273", "300"), carc=("50",), rarc=("N706",)),
    citation=Citation(
        source="NGS billing and coding article A52448, omalizumab; BCBS Mississippi, medical policy Xolair"
    ),
    about=asked_for_by("DOC-03"),
    kinds=BOTH_KINDS,
)
def omalizumab_record_incomplete(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """The record for omalizumab (J2357) lacks what payers ask for.

    Why: the dose for asthma follows from body weight and IgE, and payers want to see which therapies failed before.
    For hives neither weight nor IgE decides the dose. What is asked for is in the guide of the drug.

    Flagged: a record for allergic asthma without the IgE level.

    Accepted: the same record for chronic hives (L50.1). Without any list no data, unless the payer profile
    requires the record.

    To do: Send it as `…`; it is in: … (PWK …).

    To do: Send a `documentation` list to have the record checked, or have these documents ready.
    """
    return list(missing_from_record(day, context))
