from schemas.outcome import Citation, Severity
from worker.edits.codes.lists import CodeList, on_list
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, line_edit, predicts, unless_given
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line


class Ordering(CodeList):
    """The codes for which the payer wants to know who ordered them; an empty list for none."""


@line_edit(
    "IDN-08",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("21", "562"), carc=("16",), rarc=("N264", "N265"), entity="DK"),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2420E NM1*DK and 2310A NM1*DN"),
    options=Ordering,
    about=on_list(Ordering),
    lacks=unless_given(Ordering, "codes for which the payer wants the ordering provider", "codes"),
    kinds=BOTH_KINDS,
)
def ordering_provider_missing(line: LineFacts, context: Context) -> Verdict | None:
    """A code for which the payer wants the ordering provider is billed without that provider's NPI.

    Why: suppliers' drugs and some plans' drugs are paid on the order of an enrolled physician, whose NPI is on the
    claim. Which codes is the payer's choice: it is in the payer profile, as this edit's option `codes`.

    Flagged: J7613 on the payer's list, without an ordering or referring NPI on the line or the claim.

    Accepted: the ordering or the referring provider's NPI, on the line or on the claim, or the attending provider's on
    a facility's claim; a code that is not on the list.

    To do: Send the attending provider with NPI (2310A).

    To do: Send the ordering provider with NPI on the line (2420E).
    """
    claim = context.claim.claim
    # An 837I has no ordering provider: the attending one directs the patient's care.
    attending = claim.attending if line.is_institutional else None
    named = (line.line.ordering_provider, line.line.referring_provider, claim.ordering, claim.referring, attending)
    if not any(provider and provider.npi for provider in named):
        return Flaw(
            message=f"{line.hcpcs} needs the NPI of the ordering provider with this payer; the claim has none.",
            hint="Send the attending provider with NPI (2310A)."
            if line.is_institutional
            else "Send the ordering provider with NPI on the line (2420E).",
            at=in_line(line, "orderingProvider.npi"),
            facts={"procedureCode": line.hcpcs},
        )
    return None
