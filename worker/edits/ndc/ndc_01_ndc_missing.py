from schemas.outcome import Citation, Severity
from worker.edits.codes.lists import CodeList, on_list
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, drug_line_edit, predicts, unless_given
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line


class NdcRequired(CodeList):
    """The codes for which the payer wants the NDC, often `J0000-J9999`; an empty list for none."""


@drug_line_edit(
    "NDC-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("218",), carc=("16",), rarc=("M119",)),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P), loop 2410; Social Security Act, section 1927(a)(7), for Medicaid"
    ),
    options=NdcRequired,
    about=on_list(NdcRequired),
    lacks=unless_given(NdcRequired, "codes for which the payer wants an NDC", "codes"),
    kinds=BOTH_KINDS,
)
def ndc_missing(line: LineFacts, _: Context) -> Verdict | None:
    """A drug is billed without the NDC of its package, which this payer wants.

    Why: Medicaid needs the NDC to claim the maker's rebate, and many plans price by it. Medicare Part B does not ask
    for it. Which codes need one is the payer's choice: it is in the payer profile, as this edit's option `codes`.

    Flagged: J1745 on the payer's list without an NDC; a JW line without one, since both lines carry it.

    Accepted: an NDC in any form (NDC-02 looks at the form); a code that is not on the list.

    To do: Send the eleven digits of the NDC with qualifier N4, the quantity and its unit (loop 2410).
    """
    package = line.line.drug_identification
    if package is None or not package.national_drug_code:
        return Flaw(
            message=f"{line.hcpcs} needs the NDC of its package with this payer; the line has none.",
            hint="Send the eleven digits of the NDC with qualifier N4, the quantity and its unit (loop 2410).",
            at=in_line(line, "nationalDrugCode"),
            facts={"procedureCode": line.hcpcs},
        )
    return None
