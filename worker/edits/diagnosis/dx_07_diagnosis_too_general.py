from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Options, Verdict, claim_edit, predicts, unless_given
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.diagnoses import coded_diagnoses

UndottedCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9A-Z]{2,6}$")]


class RefusedDiagnoses(Options):
    """The unspecified ICD-10-CM codes, without dot, that the payer refuses; an empty list for none."""

    codes: frozenset[UndottedCode] | None = Field(
        default=None, description="ICD-10-CM codes without dot", examples=[["H353290", "C50919"]]
    )


@claim_edit(
    "DX-07",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("772",), carc=("16",), rarc=("M76",)),
    citation=Citation(source="ICD-10-CM Official Guidelines for Coding and Reporting: level of detail in coding"),
    options=RefusedDiagnoses,
    lacks=unless_given(RefusedDiagnoses, "unspecified diagnoses that the payer refuses", "codes"),
    kinds=BOTH_KINDS,
)
def diagnosis_too_general(claim: ClaimFacts, context: Context) -> list[Verdict]:
    """A diagnosis does not specify the side, the site or the kind, and the payer refuses it for that.

    Why: many payers ask for the most specific code that the record supports. ICD-10-CM itself allows the unspecified
    code, so which ones are refused is the payer's choice: it is in the payer profile, as this edit's option `codes`.

    Flagged: H353290 (eye not specified) on the payer's list.

    Accepted: H353211 (right eye); a code that is not on the list.
    """
    refused = context.options(RefusedDiagnoses).codes or frozenset()
    return [
        Flaw(
            message=f"{code} is not specific enough for this payer.",
            hint="Send the code with the side, the site and the kind that the record supports.",
            at=at,
            facts={"diagnosisCode": code},
        )
        for code, _type, _place, at in coded_diagnoses(claim)
        if code in refused
    ]
