from datetime import timedelta
from typing import Final

from schemas.documentation import REPORT_TYPE, Element
from schemas.outcome import Citation, Severity
from worker.edits.codes.lists import CodeList, on_list
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    Verdict,
    drug_day_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import DrugRecord
from worker.edits.rules.checklist import DOCUMENT, asked_elsewhere
from worker.edits.rules.earlier_doses import doses_before
from worker.edits.rules.recorded import record_not_asked

SHOWS: Final = (
    Element.PRIOR_THERAPY,
    Element.CONTRAINDICATION,
    Element.BISPHOSPHONATE_HISTORY,
    Element.SHORT_ACTING_RESPONSE,
)


NEW_START_DAYS: Final = 365
"""Step therapy is for patients who did not get the drug in the 365 days before (42 CFR 422.136(a)(1))."""


class StepTherapyCodes(CodeList):
    """The codes for which the payer wants other drugs tried first; an empty list means that there are none."""


@drug_day_edit(
    "AUT-03",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("84",), carc=("272",), rarc=("N130",)),
    citation=Citation(source="42 CFR 422.136, step therapy of Medicare Advantage plans for Part B drugs"),
    options=StepTherapyCodes,
    about=on_list(StepTherapyCodes),
    lacks=unless_given(StepTherapyCodes, "the payer's step therapy list", "codes"),
    kinds=BOTH_KINDS,
)
def earlier_therapy_not_shown(day: DrugDay, context: Context) -> Verdict | None:
    """The payer wants other drugs tried first, and the record shows neither that nor why they cannot be given.

    Why: step therapy is the payer's choice: the codes are in its profile, as this edit's option `codes`. Which drugs
    come first is in the guide of the drug, where we know it.

    Flagged: J9022 on the list with a record that shows no earlier therapy.

    Accepted: the drug itself, where a claim of the 365 days before is remembered: step therapy is for new starts only.

    Accepted: earlier therapy, a contraindication, a history of bisphosphonates, the response to a short-acting form.
    Without a record nothing is pended unless the profile requires one; what a guide asks for is reported by its own
    edit.

    To do: Send `prior-therapy` or `contraindication` (commonly tried first: …); it is in: … (PWK …).

    To do: Send `prior-therapy` or `contraindication`; it is in: … (PWK …).
    """
    line, record, guide = day.lines[0], day.record or DrugRecord(()), context.guides.get(day.hcpcs)
    if asked_elsewhere(day, context).intersection(SHOWS):
        return DoesNotApply()
    if is_continued(day, context):
        return Bypassed(f"the drug itself, given within {NEW_START_DAYS} days before", line.number)
    if unknown := record_not_asked(context, line.number):
        return unknown
    if not any(record.has(element) for element in SHOWS):
        report = REPORT_TYPE[Element.PRIOR_THERAPY]
        first = ", ".join(guide.step_therapy.tried_first) if guide and guide.step_therapy else ""
        return Flaw(
            message=f"{day.hcpcs} needs other drugs tried first with this payer; the record shows none.",
            hint="Send `prior-therapy` or `contraindication`"
            + (f" (commonly tried first: {first})" if first else "")
            + f"; it is in: {DOCUMENT[report]} (PWK {report}).",
            at=in_line(line, "documentation"),
            facts={"procedureCode": day.hcpcs, "serviceDate": day.on, "reportType": report},
        )
    return None


def is_continued(day: DrugDay, context: Context) -> bool:
    """Whether an earlier claim shows that the patient is on the drug already."""
    if context.earlier is None:
        return False
    since = day.on - timedelta(days=NEW_START_DAYS)
    return any(dose.claim for dose in doses_before(day, context, since=since))
