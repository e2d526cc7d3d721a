from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.diagnoses import CAUSE, EFFECTS, MANIFESTATION, why_never_first
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.diagnoses import coded_diagnoses
from worker.edits.facts.traits import Trait

HINTS: Final = {
    CAUSE: "Send the injury or the illness that was treated first (ABK), and this code after it (ABF).",
    MANIFESTATION: "Send the illness that it comes with first (ABK), and this code after it (ABF).",
    EFFECTS["5"]: "Send what the drug did to the patient first (ABK), and this code after it (ABF).",
    EFFECTS["6"]: "Send the illness that was treated too little first (ABK), and this code after it (ABF).",
}


@claim_edit(
    "DX-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("254", "509"), carc=("16",), rarc=("MA63",)),
    citation=Citation(
        source="ICD-10-CM Official Guidelines for Coding and Reporting, fiscal year 2026",
        section="I.A.13, I.C.19.e.5 and I.C.20",
    ),
    looks_for=Trait.NEVER_FIRST | Trait.UNUSUAL_DIAGNOSES,
    kinds=BOTH_KINDS,
)
def diagnosis_never_first(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """The principal diagnosis may not come first: an external cause, an effect of a drug, a disease within another one.

    Why: V00 to Y99 describe how an injury happened, not what is treated. T36 to T50 with a 5 (adverse effect) or a 6
    (underdosing) follow the code of what the drug did, or of what its lack did. A code "in diseases classified
    elsewhere" follows the code of the disease that it comes with.

    Flagged: ABK W19XXXA, a fall, and ABK T451X5A, an adverse effect of a chemotherapy: rejected. ABK I43, a heart
    muscle disease in another disease: a warning, since our list of such categories rests on their titles, not on a
    retrieved table.

    Accepted: the injury first and W19XXXA after it; D6481 (anemia) first and T451X5A after it; E859 (amyloidosis)
    first and I43 after it; T451X1A, a poisoning, first.

    To do: Send … first (ABK), and this code after it (ABF).
    """
    principal = [each for each in coded_diagnoses(claim) if each.is_principal]
    verdicts: list[Verdict] = []
    if not principal:
        verdicts.append(DoesNotApply())
    for code, _type, _place, at in principal:
        kind = why_never_first(code)
        if kind:
            category = code[:3] if code[:3].isalnum() else "the code"
            verdicts.append(
                Flaw(
                    message=f"The principal diagnosis ({category}) is {kind}, which may not come first.",
                    hint=HINTS[kind],
                    at=at,
                    facts={"category": category, "kind": kind},
                    severity=Severity.WARN if kind == MANIFESTATION else None,
                )
            )
    return verdicts
