from schemas.documentation import REPORT_TYPE, Element
from schemas.outcome import Citation, Severity
from worker.edits.codes.lists import CodeList, on_list
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.payers.profile import DocumentationMode


class LotNumberCodes(CodeList):
    """The codes for which the payer wants the lot number in the record; an empty list for none."""


@drug_day_edit(
    "NDC-08",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("409",), carc=("16",), rarc=("M127",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2400 PWK; the payer's own record request"),
    options=LotNumberCodes,
    about=on_list(LotNumberCodes),
    lacks=unless_given(LotNumberCodes, "codes for which the payer wants the lot number", "codes"),
    kinds=BOTH_KINDS,
)
def lot_not_recorded(day: DrugDay, context: Context) -> Verdict | None:
    """The record lacks the lot number of the drug, which this payer wants.

    Why: some payers want the lot number of a biologic with the record. It is not an element of the claim, and Medicare
    does not ask for it; which codes need it is the payer's choice, this edit's option `codes`.

    Flagged: J2357 on the payer's list, with a record without `lot-number`.

    Accepted: a record with it; a code that is not on the list. A drug whose guide lists the lot is reported by the edit
    of that guide; without any record there is no data unless the payer profile requires records.

    To do: Send it as `…`; it is in the administration record (PWK 04).
    """
    line, guide = day.lines[0], context.guides.get(day.hcpcs)
    if guide and any(Element.LOT_NUMBER in item.accepted for item in guide.record):
        return DoesNotApply()
    mode = context.profile.documentation
    if mode is DocumentationMode.OFF or (day.record is None and mode is not DocumentationMode.REQUIRED):
        return NoData("documentation", line.number)
    if day.record is None or not day.record.has(Element.LOT_NUMBER):
        return Flaw(
            message=f"The record for {day.hcpcs} of {day.on} lacks the lot number, which this payer wants.",
            hint=f"Send it as `{Element.LOT_NUMBER.value}`; it is in the administration record (PWK 04).",
            at=in_line(line, "documentation"),
            facts={"procedureCode": day.hcpcs, "reportType": REPORT_TYPE[Element.LOT_NUMBER]},
        )
    return None
