import re
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import all_of, in_words
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

COMPOUNDED: Final = frozenset({"J7799", "J7999"})
"""Codes of compounds, which have no NDC: an ingredient's would be that of another product."""
UNLISTED: Final = COMPOUNDED | {
    *("90399", "90749", "A4641", "A9699", "C9399", "J1599", "J3490", "J3590", "J3591", "J7199"),
    *("J7599", "J7699", "J8498", "J8499", "J8597", "J8999", "J9999"),
}
COUNTED_OTHERWISE: Final = frozenset({"J1599", "J7999"})
"""One counts 500 mg, the other the syringes for one eye or both (A53008)."""
AMOUNT: Final = re.compile(
    r"(?<![\d.,])\d+(?:[.,]\d+)*\s*-?\s*"
    r"(?:mc?g|ug|g|gm|ml|cc|l|units?|u|iu|miu|meq|mmol|mci|uci|%|caps?|tabs?|doses?|vials?)\b"
    r"(?P<per>\s*(?:/|per\b))?",
    re.IGNORECASE | re.ASCII,
)
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
        source="ASC X12N 005010X222A1 (837P) SV101-7, 005010X223A2 (837I) SV202-7: description of a non-specific "
        "code; Palmetto GBA, unlisted drugs: one unit"
    ),
    kinds=BOTH_KINDS,
    about=lambda code, _: code in UNLISTED,
)
def unlisted_code_without_detail(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """A code for unlisted drugs is billed without the drug's name, dose and route, or with more than one unit.

    Why: an unlisted code stands for any drug without a code of its own. Payers price it by hand from the name, the dose
    given and the route in SV101-7 (SV202-7 on an 837I), which the guides require for such codes; one unit is billed.

    Flagged: J3490 without a description, also where a note (NTE) has it, which on a facility's claim is a warning;
    J3590 x 120 to Medicare, where the dose was meant. Warnings: a description in which we find no dose given, but a
    strength (50MG/ML) or none, or no route; no NDC; units to other payers.

    Accepted: J3490 x 1 with "EXAMPLINE 50 MG IV" and the NDC of the vial; a compound (J7999, J7799) without NDC.

    To do: Describe the drug in …: name, dose given, route.

    To do: Bill 1 unit, and state the dose given in the description.

    To do: Send name, dose given and route in ….

    To do: Send name, dose given and route in …, and the NDC of the package.
    """
    described, note = line.line.service.description or "", line.line.additional_notes or ""
    package = line.line.drug_identification
    element = "SV202-7" if line.is_institutional else "SV101-7"
    verdicts: list[Verdict] = []
    if not described:
        where = f"; a note has it, and payers read {element}" if note else ""
        verdicts.append(
            Flaw(
                message=f"{line.hcpcs} is an unlisted code, and {element} does not describe the drug{where}.",
                hint=f"Describe the drug in {element}: name, dose given, route.",
                at=in_line(line, "description"),
                facts={"procedureCode": line.hcpcs, "missing": "description"},
                severity=Severity.WARN if note and line.is_institutional else None,
            )
        )
    elif lacking := _lacking(
        f"{described} {note}", has_package=bool(package and package.national_drug_code), line=line
    ):
        verdicts.append(
            Flaw(
                message=f"{line.hcpcs} is an unlisted code; we do not find {all_of(lacking)} on the line.",
                hint=f"Send name, dose given and route in {element}"
                + ("." if line.hcpcs in COMPOUNDED else ", and the NDC of the package."),
                at=in_line(line, "description"),
                facts={"procedureCode": line.hcpcs, "missing": lacking},
                severity=Severity.WARN,
            )
        )
    if line.units is not None and line.units > 1 and line.hcpcs not in COUNTED_OTHERWISE:
        verdicts.append(
            Flaw(
                message=f"{line.hcpcs} is an unlisted code, billed with {in_words(line.units)}.",
                hint="Bill 1 unit, and state the dose given in the description.",
                at=in_line(line, "serviceUnitCount"),
                facts={"procedureCode": line.hcpcs, "billedUnits": line.units},
                severity=None if context.profile.medicare else Severity.WARN,
            )
        )
    return verdicts


def _lacking(text: str, line: LineFacts, *, has_package: bool) -> tuple[str, ...]:
    amounts = list(AMOUNT.finditer(text))
    lacking = []
    if amounts and all(amount["per"] for amount in amounts):
        lacking.append("the dose given (only a strength)")
    elif not NUMBER.search(text):
        lacking.append("the dose given")
    if not ROUTE.search(text):
        lacking.append("the route")
    if not has_package and line.hcpcs not in COMPOUNDED:
        lacking.append("the NDC")
    return tuple(lacking)
