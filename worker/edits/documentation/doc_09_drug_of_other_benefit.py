from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.lists import CodeList, on_list
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, Flaw, Verdict, drug_line_edit, predicts, unless_given
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line


class PharmacyBenefit(CodeList):
    """The codes that the payer pays under its pharmacy benefit (Part D) only; an empty list means none."""


@drug_line_edit(
    "DOC-09",
    severity=Severity.REJECT,
    predicted=predicts(category="F2", status=("585",), carc=("96",), rarc=("N425",)),
    citation=Citation(source="Medicare Benefit Policy Manual (Pub. 100-02), chapter 15", section="section 50"),
    options=PharmacyBenefit,
    about=on_list(PharmacyBenefit),
    lacks=unless_given(PharmacyBenefit, "the payer's list of drugs of its pharmacy benefit", "codes"),
    kinds=BOTH_KINDS,
)
def drug_of_other_benefit(line: LineFacts, _: Context) -> Verdict | None:
    """The payer pays the drug under its pharmacy benefit, not on a professional claim.

    Why: a drug is either given by a practitioner and billed here, or dispensed and billed by a pharmacy. Which codes a
    payer pays only there is in its profile, as this edit's option `codes`.

    Flagged: J3110 with J3110 on the list.

    Accepted: every other code; a line with GY, billed to be denied. Drugs that patients usually inject themselves are
    HCP-07's, codes that Medicare never pays HCP-05's. Whether a drug was given incident to a physician's service cannot
    be read from a claim and is not judged.

    To do: Have a pharmacy dispense and bill the drug, or bill with GY for a denial.
    """
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    return Flaw(
        message=f"{line.hcpcs} is paid by this payer's pharmacy benefit only.",
        hint="Have a pharmacy dispense and bill the drug, or bill with GY for a denial.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs},
    )
