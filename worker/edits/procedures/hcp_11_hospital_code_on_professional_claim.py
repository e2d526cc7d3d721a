import re
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.reference.tables.answer import Found

HOSPITAL_CODE: Final = re.compile(r"C\d{4}", re.ASCII)
SURGICAL_CENTER: Final = "24"


@line_edit(
    "HCP-11",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("507",), carc=("16",), rarc=("N56",)),
    citation=Citation(
        source="CMS, HCPCS Level II codes for hospital outpatient departments; CMS Claims Processing Manual "
        "(Pub. 100-04), chapter 4, section 20"
    ),
    about=lambda code, _: bool(HOSPITAL_CODE.fullmatch(code)),
)
def hospital_code_on_professional_claim(line: LineFacts, context: Context) -> Verdict | None:
    """A C code, which CMS made for hospital outpatient departments, is on a professional claim.

    Why: C codes exist for the outpatient prospective payment system. A practice bills the J or Q code of the drug, or
    an unlisted code with its name and NDC.

    Flagged: C9399 at place 11; C9257 on a practice's claim.

    Accepted: an ambulatory surgical center (place 24), which bills C codes on professional claims; a hospital's bill.

    To do: Bill …; if there is none on that day, an unlisted code with name, dose and NDC.
    """
    if line.place == SURGICAL_CENTER:
        return None
    successor = context.snapshot.successor_of(line.drug) if line.drug else None
    in_force = successor and line.on and isinstance(context.snapshot.drug(successor.hcpcs, line.on), Found)
    instead = successor.hcpcs if successor and in_force else "the J or Q code of the drug"
    return Flaw(
        message=f"{line.hcpcs} is a code for hospital outpatient departments; this is a professional claim.",
        hint=f"Bill {instead}; if there is none on that day, an unlisted code with name, dose and NDC.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "placeOfService": line.place or ""},
    )
