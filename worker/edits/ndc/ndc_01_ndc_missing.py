from collections.abc import Iterator

from schemas.outcome import Citation, Severity
from worker.edits.code_ranges import CodeOrRange, listed
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Options,
    Verdict,
    drug_line_edit,
    predicts,
)
from worker.edits.facts import LineFacts
from worker.edits.locate import in_line


class NdcRequired(Options):
    """The codes for which the payer wants the NDC, often `J0000-J9999`; an empty list for none."""

    codes: tuple[CodeOrRange, ...] | None = None


@drug_line_edit(
    "NDC-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("218",), carc=("16",), rarc=("M119",)),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P), loop 2410; Social Security Act, section 1927(a)(7), for Medicaid"
    ),
    options=NdcRequired,
    kinds=BOTH_KINDS,
)
def ndc_missing(line: LineFacts, context: Context) -> Iterator[Verdict]:
    """A drug is billed without the NDC of its package, which this payer wants.

    Why: Medicaid needs the NDC to claim the maker's rebate, and many plans price by it. Medicare Part B does not ask
    for it. Which codes need one is the payer's word: it stands in the payer profile, as this edit's option `codes`.

    Flagged: J1745 on the payer's list without an NDC; a JW line without one, since both lines carry it.

    Accepted: an NDC in any form (NDC-02 looks at the form); a code that is not on the list.
    """
    codes = context.options(NdcRequired).codes
    if codes is None:
        yield NoData("codes for which the payer wants an NDC", line.number)
        return
    if not listed(line.hcpcs, codes):
        yield DoesNotApply()
        return
    package = line.line.drug_identification
    if package is None or not package.national_drug_code:
        yield Flaw(
            message=f"{line.hcpcs} needs the NDC of its package with this payer; the line has none.",
            hint="Send the eleven digits of the NDC with qualifier N4, the quantity and its unit (loop 2410).",
            at=in_line(line, "nationalDrugCode"),
            facts={"procedureCode": line.hcpcs},
        )
