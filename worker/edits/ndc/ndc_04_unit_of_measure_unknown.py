from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

MEASURES: Final = frozenset({"F2", "GR", "ME", "ML", "UN"})
MILLIGRAM: Final = "ME"


@line_edit(
    "NDC-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("659", "218"), carc=("16",), rarc=("N816",)),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P), 2410 CTP05-1; for ME: NCPDP Billing Unit Standard, in which a package is "
        "measured in EA, ML or GM, never in milligrams"
    ),
    needs=Trait.PACKAGE,
    looks_for=Trait.DOUBTFUL_PACKAGE,
    kinds=BOTH_KINDS,
)
def unit_of_measure_unknown(line: LineFacts, _: Context) -> Verdict | None:
    """The NDC quantity has no unit of measure, or one that an 837P does not know.

    Why: 5 is five vials or five milliliters only by its unit; a payer cannot price or rebate the quantity without it.

    Flagged: MG, EA or nothing beside an NDC. A warning: ME (milligram), which an 837 allows but in which no package is
    priced, so that payers take it for the dose.

    Accepted: F2 (international unit), GR (gram), ML (milliliter), UN (unit).

    To do: Send UN for vials and kits of powder, ML for liquids, GR for ointments, F2 for international units.

    To do: Send the vials, syringes or kits of powder as UN, the volume of a liquid as ML.
    """
    package = line.line.drug_identification
    if package is None or not package.national_drug_code:
        return DoesNotApply()
    measure = (package.measurement_unit_code or "").upper()
    if measure not in MEASURES:
        return Flaw(
            message=f"{line.hcpcs}: the NDC quantity has {'an unknown' if measure else 'no'} unit of measure.",
            hint="Send UN for vials and kits of powder, ML for liquids, GR for ointments, F2 for international units.",
            at=in_line(line, "measurementUnitCode"),
            facts={"procedureCode": line.hcpcs, "unitSent": bool(measure), "allowed": sorted(MEASURES)},
        )
    if measure == MILLIGRAM:
        return Flaw(
            message=f"{line.hcpcs}: the NDC quantity is in milligrams (ME), in which no package is measured.",
            hint="Send the vials, syringes or kits of powder as UN, the volume of a liquid as ML.",
            at=in_line(line, "measurementUnitCode"),
            facts={"procedureCode": line.hcpcs, "measure": measure},
            severity=Severity.WARN,
        )
    return None
