from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.outcome import Citation, Severity
from worker.edits.drugs.ndc_form import is_billable_form
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    Flaw,
    Options,
    Verdict,
    line_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

ElevenDigits = Annotated[str, StringConstraints(pattern=r"^\d{11}$")]


class EndedNdcs(Options):
    """NDCs, eleven digits, each with the last day on which the payer takes it."""

    ended: dict[ElevenDigits, date] | None = Field(
        default=None,
        description="NDCs, each with its last day",
        examples=[{"57894003001": "2026-02-28"}],
    )


@line_edit(
    "NDC-07",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("218",), carc=("16",), rarc=("N847",)),
    citation=Citation(source="FDA, National Drug Code Directory: end of marketing"),
    options=EndedNdcs,
    needs=Trait.PACKAGE,
    lacks=unless_given(EndedNdcs, "dates on which NDCs ended", "ended"),
    kinds=BOTH_KINDS,
)
def ndc_obsolete(line: LineFacts, context: Context) -> Verdict | None:
    """The NDC was no longer marketed on the date of service.

    Why: payers drop an NDC some time after its last lot expired; often an old package number is left in the charge
    master. No table of end dates is shipped: they are in the payer profile, as this edit's option `ended`.

    Flagged: an NDC that ended on 2025-12-31 for a service of 2026-01-01.

    Accepted: a service on the last day; an NDC that is not on the list. The form of the NDC is NDC-02's.

    To do: Send the NDC that is on the package used.
    """
    package = line.line.drug_identification
    ndc = (package.national_drug_code if package else None) or ""
    if not is_billable_form(ndc) or line.on is None:
        return DoesNotApply()
    last = (context.options(EndedNdcs).ended or {}).get(ndc)
    if last and line.on > last:
        return Flaw(
            message=f"NDC {ndc} ended on {last}, before the service of {line.on}.",
            hint="Send the NDC that is on the package used.",
            at=in_line(line, "nationalDrugCode"),
            facts={"nationalDrugCode": ndc, "endedOn": last, "serviceDate": line.on},
        )
    return None
