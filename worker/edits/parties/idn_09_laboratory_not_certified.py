import re
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_claim
from worker.edits.facts.traits import Trait

WAIVED_TEST: Final = "QW"
CERTIFICATE: Final = re.compile(r"\d\dD\d{7}", re.ASCII)
OF_LINE: Final = "clinicalLaboratoryImprovementAmendmentNumber"


@line_edit(
    "IDN-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("142",), carc=("16",), rarc=("MA120",), entity="85"),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 16; 42 CFR part 493", section="section 70.2"
    ),
    needs=Trait.OTHER_MODIFIER,
    sometimes=(predicts(category="A7", status=("142",), carc=("16",), rarc=("MA120",), entity="85"),),
)
def laboratory_not_certified(line: LineFacts, context: Context) -> Verdict | None:
    """A laboratory test with QW is billed without the CLIA number of the laboratory, or with one of another form.

    Why: QW says that the test is waived for a laboratory that holds a certificate under CLIA. The certificate's number
    must be on the claim, or it is returned as unprocessable.

    Flagged: 85018-QW without a number in REF*X4; with 12D34.

    Accepted: 85018-QW with 12D3456789 on the claim or the line. Tests without QW are not judged: we hold no list of
    those that CLIA covers.

    To do: Send the number of the laboratory's certificate in REF*X4: two digits, D, seven digits.
    """
    if WAIVED_TEST not in line.modifiers:
        return DoesNotApply()
    references = line.line.service_line_reference_information
    supplemental = context.claim.claim.claim_information.claim_supplemental_information
    own = (references.extra or {}).get(OF_LINE) if references else None
    number = own or (supplemental.clia_number if supplemental else None)
    if isinstance(number, str) and CERTIFICATE.fullmatch(number.strip().upper()):
        return None
    return Flaw(
        message=f"{line.hcpcs}-QW is a laboratory test, and the claim has "
        + ("a CLIA number of another form." if number else "no CLIA number."),
        hint="Send the number of the laboratory's certificate in REF*X4: two digits, D, seven digits.",
        at=in_claim("cliaNumber"),
        facts={"procedureCode": line.hcpcs, "line": line.number},
        predicted=predicts(category="A7", status=("142",), carc=("16",), rarc=("MA120",), entity="85")
        if number
        else None,
    )
