from typing import Final

from schemas.documentation import REPORT_TYPE, Element
from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.checklist import DOCUMENT, asked_elsewhere
from worker.edits.rules.recorded import record_not_asked
from worker.payers.profile import DocumentationMode

BILLED_BY_TIME: Final = frozenset({"96365", "96413"})
TIMES: Final = (Element.ADMINISTRATION_START, Element.ADMINISTRATION_END)


@claim_edit(
    "ADM-07",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("409",), carc=("16",), rarc=("M127",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 4", section="section 230.2"),
    needs=Trait.INJECTION_OR_INFUSION,
    kinds=BOTH_KINDS,
)
def infusion_time_not_recorded(claim: ClaimFacts, context: Context) -> Verdict | None:
    """An infusion is billed by time, but the record does not show when it began and ended.

    Why: an infusion must last more than 15 minutes; without both times a payer takes it for a push.

    Flagged: 96413 with a record of the start only. Where the profile requires the record, also one with neither.

    Accepted: start and end. A record of neither time, where none is required, is not judged: it may be about the drug
    alone. Times that a drug's guide asks for are reported by the guide's own edit.

    To do: Send the time as `…`; it is in: … (PWK …).
    """
    infusions = [line for line in claim.lines if line.hcpcs in BILLED_BY_TIME]
    if not infusions:
        return DoesNotApply()
    line = infusions[0]
    if unknown := record_not_asked(context, line.number):
        return unknown
    told = {
        element for element in TIMES for entry in claim.documentation or () if entry.element == element and entry.value
    }
    missing = [element for element in TIMES if element not in told]
    if not missing or any(asked_elsewhere(day, context).issuperset(TIMES) for day in claim.drug_days):
        return None
    if not told and context.profile.documentation is not DocumentationMode.REQUIRED:
        return NoData("documentation administration-start and administration-end", line.number)
    report = REPORT_TYPE[missing[0]]
    return Flaw(
        message=f"{line.hcpcs} is billed by time, and the record lacks {' and '.join(each.value for each in missing)}.",
        hint=f"Send the time as {' and '.join(f'`{each.value}`' for each in missing)}; it is in: {DOCUMENT[report]} "
        f"(PWK {report}).",
        at=in_line(line, "documentation"),
        facts={"procedureCode": line.hcpcs, "missing": missing, "reportType": report},
    )
