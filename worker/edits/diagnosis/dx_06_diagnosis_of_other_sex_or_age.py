from datetime import date
from typing import Final

from schemas.outcome import Citation, Location, Severity
from schemas.values import as_day
from worker.edits.codes.diagnoses import MEN, OF_ONE_SEX, PREGNANCY, WOMEN
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    EditStatus,
    Flaw,
    NoData,
    Verdict,
    claim_edit,
    predicts,
)
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.diagnoses import coded_diagnoses
from worker.edits.facts.traits import Trait

YOUNGEST, OLDEST = 9, 64
ATTESTED: Final = "KX"


@claim_edit(
    "DX-06",
    severity=Severity.WARN,
    predicted=predicts(category="A8", status=("86",), carc=("9", "10"), rarc=("M76",)),
    citation=Citation(source="CMS, Medicare Code Editor: age and sex conflicts; ICD-10-CM, titles of the blocks named"),
    status=EditStatus.PREVIEW,
    needs=Trait.OF_ONE_SEX,
    kinds=BOTH_KINDS,
)
def diagnosis_of_other_sex_or_age(claim: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """A diagnosis belongs to the other sex, or is of pregnancy at an age without pregnancies.

    Why: either the diagnosis or the patient is wrong, and some payers deny such a claim.

    Flagged: C61 (prostate) with gender F; O99 with gender M, or for a patient of 8 or 65 years.

    Accepted: C61 with gender M; gender U; modifier KX on a line, which states that the sex is not a mistake.

    Preview: the blocks rest on the titles of ICD-10-CM and the ages on the Medicare Code Editor as we know it, not on a
    retrieved table; CMS switched off many of its own sex conflicts on 2024-10-01; and sex on a claim is not anatomy.

    To do: Compare the diagnosis and the patient's … with the record; KX on a line says that both are right.
    """
    patient = claim.claim.dependent or claim.claim.subscriber
    suspect = [code for code in claim.diagnoses if code.startswith(OF_ONE_SEX)]
    if not suspect:
        return DoesNotApply()
    attesting = [line.number for line in claim.lines if ATTESTED in line.modifiers]
    if attesting:
        return Bypassed(f"modifier {ATTESTED}", attesting[0])
    gender = (patient.gender or "").upper() if patient else ""
    age = _age(as_day(patient.date_of_birth) if patient else None, claim.first_service)
    verdicts: list[Verdict] = []
    if gender not in {"F", "M"}:
        verdicts.append(NoData("sex of the patient"))
    if age is None and any(code.startswith(PREGNANCY) for code in suspect):
        verdicts.append(NoData("age of the patient"))
    for code, _type, _place, at in coded_diagnoses(claim):
        if (gender == "M" and code.startswith(WOMEN)) or (gender == "F" and code.startswith(MEN)):
            verdicts.append(_flaw(at, code, "sex", "10"))
        elif age is not None and not YOUNGEST <= age <= OLDEST and code.startswith(PREGNANCY):
            verdicts.append(_flaw(at, code, "age", "9"))
    return verdicts


def _age(born: object, on: date | None) -> int | None:
    if not isinstance(born, date) or on is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _flaw(at: Location, code: str, what: str, carc: str) -> Flaw:
    category = code[:3] if code[:3].isalnum() else "The diagnosis"
    return Flaw(
        message=f"{category} does not go with the {what} of the patient on the claim.",
        hint=f"Compare the diagnosis and the patient's {what} with the record; KX on a line says that both are right.",
        at=at,
        facts={"category": category, "conflict": what},
        predicted=predicts(category="A8", status=("86",), carc=(carc,), rarc=("M76",)),
    )
