import re
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

UNLISTED: Final = frozenset({"J3490", "J3590", "J7999", "J9999", "C9399"})
NUMBER: Final = re.compile(r"\d", re.ASCII)
ROUTE: Final = re.compile(
    r"\b(?:I\.?V\.?|I\.?M\.?|S\.?C\.?|S\.?Q\.?|SUB-?Q|SUBCUT\w*|P\.?O\.?|INTRA\w*|INFUS\w*|INJ\w*|ORAL\w*|TOPICAL\w*"
    r"|INHAL\w*|NASAL\w*|OPHTHALM\w*|EPIDURAL\w*|IMPLANT\w*|PUSH|EYE|ROUTE)(?!\w)",
    re.IGNORECASE | re.ASCII,
)


@line_edit(
    "HCP-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("217", "306"), carc=("16",), rarc=("M123", "N350")),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P) SV101-7, 005010X223A2 (837I) SV202-7: description of a non-specific code"
    ),
    kinds=BOTH_KINDS,
    about=lambda code, _: code in UNLISTED,
)
def unlisted_code_without_detail(line: LineFacts, _: Context) -> Verdict | None:
    """A code for unlisted drugs is billed without naming the drug.

    Why: J3490, J3590, J7999, J9999 and C9399 stand for any drug without a code of its own. Payers price them by hand
    from the name, the dose, the route and the NDC on the claim; without a name nobody can pay them.

    Flagged: J3490 with neither a description (SV101-7, SV202-7 on an 837I) nor a note (NTE). A warning when there is a
    text, but we find no dose and route in it, or there is no NDC: payers differ in what they want.

    Accepted: J3490 with "EXAMPLINE 50 MG IV" and the NDC of the vial.
    """
    texts = (line.line.service.description, line.line.additional_notes)
    text, package = " ".join(each for each in texts if each), line.line.drug_identification
    present = {
        "dose": NUMBER.search(text),
        "route": ROUTE.search(text),
        "NDC": package and package.national_drug_code,
    }
    lacking = ("name", *present) if not text else tuple(what for what, found in present.items() if not found)
    if lacking:
        element = "SV202-7" if line.is_institutional else "SV101-7"
        return Flaw(
            message=f"{line.hcpcs} is an unlisted code; we find no {', '.join(lacking)} of the drug on the line.",
            hint=f"Describe the drug in {element}: name, dose given, route; and send the NDC of the package.",
            at=in_line(line, "description"),
            facts={"procedureCode": line.hcpcs, "missing": lacking},
            severity=Severity.WARN if text else None,
        )
    return None
