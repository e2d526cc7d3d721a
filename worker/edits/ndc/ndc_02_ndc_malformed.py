from schemas.outcome import Citation, Severity
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, billable_forms, is_billable_form
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.correction import replaced, safe


@line_edit(
    "NDC-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("218",), carc=("16",), rarc=("M119",)),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P), LIN03 with qualifier N4; NUCC 1500 claim form instructions"
    ),
    needs=Trait.PACKAGE,
    looks_for=Trait.DOUBTFUL_PACKAGE,
    kinds=BOTH_KINDS,
    fixes=("safe",),
)
def ndc_malformed(line: LineFacts, _: Context) -> Verdict | None:
    """The NDC of a line is not eleven digits in the 5-4-2 form without hyphens.

    Why: packages print ten digits in three groups; on a claim the short group gets a leading zero. Which group is short
    can only be read from the hyphens.

    Flagged: 0078-0818-81 (send 00078081881); 0078081881, which may be any of three; twelve digits; letters.

    Accepted: 00078081881. A code without the qualifier N4 is not judged here.

    To do: Copy the NDC from the package and send it as 5-4-2 digits without hyphens.

    To do: Send …, whichever the package shows.

    To do: Send ….
    """
    drug = line.line.drug_identification
    if drug is None or drug.service_id_qualifier != NDC_QUALIFIER or not drug.national_drug_code:
        return None
    written = drug.national_drug_code
    if is_billable_form(written):
        return None
    forms = billable_forms(written)
    hint = "Copy the NDC from the package and send it as 5-4-2 digits without hyphens."
    if forms:
        hint = f"Send {' or '.join(forms)}{', whichever the package shows' if len(forms) > 1 else ''}."
    at = in_line(line, "nationalDrugCode")
    return Flaw(
        message=f"{line.hcpcs}: the NDC is not eleven digits without hyphens.",
        hint=hint,
        at=at,
        facts={"procedureCode": line.hcpcs, "characters": len(written), "possibleForms": forms},
        fix=safe(replaced(at, written, forms[0])) if len(forms) == 1 else None,
    )
