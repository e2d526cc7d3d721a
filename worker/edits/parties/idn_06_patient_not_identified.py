from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.elements import status_of
from worker.edits.facts.locate import in_claim

SELF: Final = "18"
OF_NAMES: Final = (*status_of("subscriber.lastName")[0], *status_of("subscriber.firstName")[0])


@claim_edit(
    "IDN-06",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("156", "158"), carc=("16",), rarc=("N382",), entity="QC"),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2000B SBR02, 2000C PAT01, 2010BA and 2010CA"),
    kinds=BOTH_KINDS,
    sometimes=(predicts(category="A7", status=OF_NAMES, carc=("16",), rarc=("N382",)),),
)
def patient_not_identified(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """The patient is named twice, or without last name or date of birth.

    Why: a patient who is the subscriber (relationship 18, self) is sent as the subscriber and never also as a
    dependent; and a payer finds its member by name and date of birth.

    Flagged: a dependent with relationship 18; a patient without a last name; a patient without a date of birth. A
    missing first name is a warning, since some people have but one name.

    Accepted: a subscriber with names and date of birth; a dependent with another relationship, whose subscriber needs
    no date of birth. A date that cannot be read is reported by FMT-03.

    To do: Send the patient as the subscriber only, or correct the relationship.

    To do: Send the … as printed on the patient's insurance card.
    """
    dependent = claim.claim.dependent
    role, patient = ("dependent", dependent) if dependent else ("subscriber", claim.claim.subscriber)
    entity = "QC" if dependent else "IL"
    verdicts: list[Verdict] = []
    if dependent and dependent.relationship_to_subscriber_code == SELF:
        verdicts.append(
            Flaw(
                message="The patient is the subscriber (relationship 18), but is also sent as a dependent.",
                hint="Send the patient as the subscriber only, or correct the relationship.",
                at=in_claim("dependent.relationshipToSubscriberCode"),
                facts={"relationship": SELF},
                predicted=predicts(category="A7", status=("156",), carc=("16",), rarc=("N382",), entity="QC"),
            )
        )
    if patient is None:
        return verdicts
    for element, words, value in (
        ("lastName", "last name", patient.last_name),
        ("firstName", "first name", patient.first_name),
        ("dateOfBirth", "date of birth", patient.date_of_birth),
    ):
        if value:
            continue
        at = in_claim(f"{role}.{element}")
        verdicts.append(
            Flaw(
                message=f"The patient (the {role}) has no {words}.",
                hint=f"Send the {words} as printed on the patient's insurance card.",
                at=at,
                facts={"role": role, "element": at.x12},
                severity=Severity.WARN if element == "firstName" else None,
                predicted=predicts(
                    category="A7", status=status_of(at.json_path)[0], carc=("16",), rarc=("N382",), entity=entity
                ),
            )
        )
    return verdicts
