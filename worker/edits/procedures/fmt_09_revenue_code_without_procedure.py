from datetime import date
from types import MappingProxyType
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import INSTITUTIONAL, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

OUTPATIENT: Final = frozenset({"12", "13", "14", "22", "23", "34", "71", "72", "74", "75", "76", "77", "83", "85"})
"""Facility types whose services are billed by code; the stays of 11, 18, 21 and 41 are not."""
DRUGS: Final = MappingProxyType({"0634": "epoetin", "0635": "epoetin", "0636": "a drug that needs a code"})
OTHERS: Final = MappingProxyType(
    {
        "0331": "chemotherapy by injection",
        "0332": "chemotherapy by mouth",
        "0335": "chemotherapy into a vein",
        "0771": "giving a vaccine",
    }
)
WRITTEN: Final = 4  # digits of a revenue code; the leading zero is often left out


@line_edit(
    "FMT-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("507", "455"), carc=("16",), rarc=("M20",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 25: form locator 44; NUBC, revenue codes 063X",
        section="section 75.4",
        effective=date(2007, 3, 1),
    ),
    about=lambda code, _: not code,
    kinds=INSTITUTIONAL,
)
def revenue_code_without_procedure(line: LineFacts, context: Context) -> Verdict | None:
    """An outpatient bill has a line for a drug under a revenue code that needs a procedure code, and none is there.

    Why: revenue code 0636 says "a drug that is billed by its code". Without the code nobody can price the line, and
    the bill is returned.

    Flagged: 0634, 0635 or 0636 without a code on type of bill 131. A warning for chemotherapy (0331, 0332, 0335) and
    giving a vaccine (0771), whose rule is only remembered.

    Accepted: 0636 with J9271; 0250 (pharmacy) and 0343 (radiopharmaceutical), which may be packaged, without a
    code; 0636 without a code on an inpatient bill (111).

    To do: Send the HCPCS code of what was given, with its units; a drug without a code belongs under 0250 or 0259.

    To do: Send the code of the service, and its units.
    """
    if line.hcpcs or line.line.institutional_service is None:
        return DoesNotApply()
    revenue = (line.line.institutional_service.service_line_revenue_code or "").zfill(WRITTEN)
    if context.claim.claim.claim_information.place_of_service_code not in OUTPATIENT:
        return DoesNotApply()
    what = DRUGS.get(revenue) or OTHERS.get(revenue)
    if what is None:
        return None
    return Flaw(
        message=f"Line {line.number} has revenue code {revenue} ({what}), but no procedure code.",
        hint="Send the HCPCS code of what was given, with its units; a drug without a code belongs under 0250 or 0259."
        if revenue in DRUGS
        else "Send the code of the service, and its units.",
        at=in_line(line, "procedureCode"),
        facts={"revenueCode": revenue},
        severity=None if revenue in DRUGS else Severity.WARN,
    )
