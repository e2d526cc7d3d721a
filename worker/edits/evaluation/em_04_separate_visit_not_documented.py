from typing import Final

from schemas.documentation import Element
from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import within
from worker.edits.codes.services import VISITS
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.recorded import record_not_asked
from worker.payers.profile import DocumentationMode

SEPARATE_VISIT: Final = "25"
SHOWS_WORK: Final = frozenset(
    {
        Element.CLINICAL_FINDINGS,
        Element.DIAGNOSIS_STATEMENT,
        Element.MEDICAL_NECESSITY,
        Element.TREATMENT_PLAN,
    }
)


@line_edit(
    "EM-04",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("297",), carc=("16",), rarc=("M127",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, Part B: evaluation and management with drug administration"
    ),
    needs=Trait.MODIFIER,
    about=lambda code, _: within(code, VISITS),
)
def separate_visit_not_documented(line: LineFacts, context: Context) -> Verdict | None:
    """For a visit with modifier 25 on the day of an injection or infusion, the record shows no work of its own.

    Why: the note must show an assessment or a plan beyond giving the drug; the history since the last dose is not
    enough.

    Flagged: 99213-25 with 96413, and no element on the visit's line, where the profile requires the record.

    Accepted: findings, a diagnosis, a plan or the necessity in the record, under the visit's line. Where the record
    is not required, one without them is not judged: it may be about the drug alone.

    To do: Send findings, plan or necessity of the visit as elements of `documentation` with its line's number; they are
    in: progress note (PWK 09).
    """
    if SEPARATE_VISIT not in line.modifiers or not within(line.hcpcs, VISITS):
        return DoesNotApply()
    if not any(other.on == line.on and other.traits & Trait.INJECTION_OR_INFUSION for other in context.claim.lines):
        return DoesNotApply()
    if unknown := record_not_asked(context, line.number):
        return unknown
    of_line = {line.control_number} if line.control_number else set()
    if any(
        entry.element in SHOWS_WORK and entry.value and entry.provider_control_number in of_line
        for entry in context.claim.documentation or ()
    ):
        return None
    if context.profile.documentation is not DocumentationMode.REQUIRED:
        return NoData("documentation of the visit's own line", line.number)
    return Flaw(
        message=f"{line.hcpcs}-25 of {line.on}: the record shows no work beyond giving the drug.",
        hint="Send findings, plan or necessity of the visit as elements of `documentation` with its line's number; "
        "they are in: progress note (PWK 09).",
        at=in_line(line, "documentation"),
        facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "reportType": "09"},
    )
