from collections.abc import Sequence
from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.anemia import FROM_CHEMOTHERAPY, FROM_NEITHER, FROM_RADIOTHERAPY, OUTSIDE_DIALYSIS
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    Options,
    Verdict,
    drug_line_edit,
    predicts,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

ICD_10_FROM: Final = date(2015, 10, 1)
DENIED_WITH_EC: Final = tuple(
    """D500 D501 D508 D509 D511 D512 D513 D518 D519 D520 D521 D528 D529 D531 D550 D551 D580 D589 D590 D591 D592 D594
    D595 D596 D598 D599 C9200 C9201 C9202 C9210 C9211 C9212 C9220 C9221 C9222 C9240 C9241 C9242 C9250 C9251 C9252 C9260
    C9261 C9262 C9290 C9291 C92A0 C92A1 C92A2 C92Z0 C92Z1 C92Z2 C9400 C9401 C9402 C9420 C9421 C9422 C9430 C9431
    C9480 C9481 D45""".split()  # noqa: SIM905 - a block of codes
)
"""Codes, and codes above them, with which any EC on the claim is denied: anemia from a lack of folate, B12 or iron or
from hemolysis, myeloid leukemias, cancers of the red cells.
"""
OF_CANCER: Final = (
    "C", "D0", "D37", "D38", "D39", "D4", "D630", "D6481", "D70", "T451", "T66", "Y842", "Z08", "Z51", "Z85", "Z860",
    "Z92",
)  # fmt: skip
"""Neoplasms, what comes of their treatment, and that there was one."""
OF_CHEMOTHERAPY: Final = "D6481"
NOT_ANOTHER_CAUSE: Final = ("C", "D0", "D37", "D38", "D39", "D48", "D49", "T451", "Z51", "Z85", "Z92", OF_CHEMOTHERAPY)
"""Beside anemia from chemotherapy these name no other cause of it; D46 (myelodysplasia) and D47 would."""


class AnemiaRules(Options):
    """Whether a payer other than Medicare follows its rules on the cause of anemia."""

    follows_medicare: bool = False


@drug_line_edit(
    "MOD-16",
    severity=Severity.REJECT,
    predicted=predicts(category="A8", status=("453", "255"), carc=("50", "11"), rarc=("N386",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 17, revision 3085; billing and coding articles "
        "A56795 and A58982",
        section="sections 80.9 and 80.12",
        effective=ICD_10_FROM,
    ),
    options=AnemiaRules,
    needs=Trait.MODIFIER,
    about=lambda code, _: code in OUTSIDE_DIALYSIS,
    kinds=BOTH_KINDS,
)
def anemia_reason_contradicts_diagnosis(line: LineFacts, context: Context) -> Verdict | None:
    """The cause of anemia that EA, EB or EC states does not go with the diagnoses of the claim.

    Why: Medicare pays these drugs by the cause of the anemia. It denies EC on a claim with an anemia that the drug does
    not mend, such as from a lack of iron, or with a leukemia in which it may do harm.

    Flagged: EC with D50.9, D51.9, D59.9 or C92.10 anywhere on the claim; EC on a line that points to anemia from
    chemotherapy (D64.81) and no other cause; EA or EB on a claim without a neoplasm, its treatment or a history of one.

    Accepted: EC with D63.1 and N18.4, or with D46.9; EA with D64.81 and C34.11; EC with D64.81 beside D63.1. Two of the
    modifiers on one line are reported by MOD-03, none by MOD-06. Payers other than Medicare, unless the payer profile
    says `follows_medicare: true`.

    To do: Correct the diagnosis if the anemia has another cause; the drug is not covered for this one.

    To do: Send EA for anemia from chemotherapy, or point to the other cause.

    To do: Send EC, or the diagnosis.
    """
    reasons = [each for each in (FROM_CHEMOTHERAPY, FROM_RADIOTHERAPY, FROM_NEITHER) if each in line.modifiers]
    follows = context.profile.medicare or context.options(AnemiaRules).follows_medicare
    if not follows or len(reasons) != 1 or line.on is None or line.on < ICD_10_FROM:
        return DoesNotApply()
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    reason, known = reasons[0], [code for code in context.claim.diagnoses if code]
    if not known:
        return DoesNotApply()
    if reason != FROM_NEITHER:
        if any(code.startswith(OF_CANCER) for code in known):
            return None
        return _flaw(line, reason, known, "no diagnosis names a cancer or its treatment", "Send EC, or the diagnosis.")
    if denied := [code for code in known if code.startswith(DENIED_WITH_EC)]:
        return _flaw(
            line,
            reason,
            denied,
            f"Medicare denies it on a claim with {', '.join(denied)}",
            "Correct the diagnosis if the anemia has another cause; the drug is not covered for this one.",
        )
    pointed = context.claim.diagnoses_of((line,))
    if OF_CHEMOTHERAPY in pointed and all(code.startswith(NOT_ANOTHER_CAUSE) for code in pointed):
        return _flaw(
            line,
            reason,
            pointed,
            "the line points to anemia from chemotherapy (D64.81)",
            "Send EA for anemia from chemotherapy, or point to the other cause.",
        )
    return None


def _flaw(line: LineFacts, reason: str, diagnoses: Sequence[str], why: str, hint: str) -> Flaw:
    return Flaw(
        message=f"{line.hcpcs} carries {reason}, but {why}.",
        hint=hint,
        at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(reason)),
        facts={"procedureCode": line.hcpcs, "modifier": reason, "diagnoses": tuple(diagnoses)},
    )
