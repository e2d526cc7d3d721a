from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.drugs.ndc_form import NDC_QUALIFIER
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

DEVICES: Final = frozenset({"hyaluronan"})


@drug_line_edit(
    "NDC-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("218",), carc=("16",), rarc=("M119",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2410 LIN02"),
    needs=Trait.PACKAGE,
    looks_for=lambda code, _: None if code.drug and code.drug.drug_class in DEVICES else Trait.DOUBTFUL_PACKAGE,
    kinds=BOTH_KINDS,
)
def qualifier_not_n4(line: LineFacts, _: Context) -> Verdict | None:
    """A drug line carries a product number that is not marked as an NDC.

    Why: the qualifier says what kind of number follows. A drug is named by its NDC, qualifier N4; the other qualifiers
    are for devices and supplies.

    Flagged: the qualifier UP, ND or none before a number on a drug line.

    Accepted: N4; a line without a product number; hyaluronans, which are devices and may have other numbers.

    To do: Send N4 in LIN02 and the eleven digits of the NDC in LIN03.
    """
    package = line.line.drug_identification
    is_device = line.drug is not None and line.drug.drug_class in DEVICES
    if package is None or not package.national_drug_code or is_device:
        return DoesNotApply()
    if package.service_id_qualifier != NDC_QUALIFIER:
        return Flaw(
            message=f"{line.hcpcs}: the product number is not marked as an NDC (qualifier N4).",
            hint="Send N4 in LIN02 and the eleven digits of the NDC in LIN03.",
            at=in_line(line, "serviceIdQualifier"),
            facts={"procedureCode": line.hcpcs, "qualifierSent": bool(package.service_id_qualifier)},
        )
    return None
