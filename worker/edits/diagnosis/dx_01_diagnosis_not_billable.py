import re
from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.diagnoses import OTHER, PRINCIPAL, coded_diagnoses
from worker.edits.facts.traits import Trait
from worker.reference.tables.answer import Found, NotCovered, NotInForce

CODE: Final = re.compile(r"[A-Z][0-9A-Z]{2,6}", re.ASCII)


@claim_edit(
    "DX-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("255",), carc=("146",), rarc=("M76",)),
    citation=Citation(source="CMS and NCHS, ICD-10-CM code set of the fiscal year of the date of service"),
    looks_for=Trait.DOUBTFUL_DIAGNOSIS,
    kinds=BOTH_KINDS,
    tables=("icd10cm",),
    sometimes=(predicts(category="A7", status=("254",), carc=("146",), rarc=("MA63",)),),
)
def diagnosis_not_billable(claim: ClaimFacts, context: Context) -> Verdict | list[Verdict] | None:
    """A diagnosis code does not exist, is not complete, or was not in force on the first date of service.

    Why: ICD-10-CM changes with each fiscal year (1 October) and only codes complete to the last character are billable.

    Flagged: G35 for services from 2025-10-01, which became G35A, G35B-, G35C- and G35D; G35A before that day; E11,
    which has codes below it; a code of no fiscal year in our table.

    Accepted: G35 on 2025-09-30; codes with or without the dot. Our ICD-10-CM table holds every billable code of the
    fiscal years it covers, so that here a code which is absent from it is a flaw. For other years there is no data.

    To do: Bill the code that is in force on ….

    To do: Bill the more specific code that the record supports, such as ….

    To do: Bill the one of … that the record supports (such as …).

    To do: Correct the code; look for a mistyped character.
    """
    on = claim.first_service
    if on is None:
        return None
    verdicts: list[Verdict] = []
    for code, kind, place, at in coded_diagnoses(claim):
        if kind not in {PRINCIPAL, OTHER}:
            continue
        answer = context.snapshot.diagnosis(code, on)
        if isinstance(answer, Found):
            continue
        if isinstance(answer, NotCovered):
            return NoData(f"ICD-10-CM codes of the fiscal year of {on}")
        is_principal = kind == PRINCIPAL
        in_force = f"{answer.valid_from} to {answer.valid_to}" if isinstance(answer, NotInForce) else None
        below = context.snapshot.billable_below(code, on)
        shown = code if CODE.fullmatch(code) else f"Diagnosis {place}"
        message, hint = _words(shown, on, in_force, below)
        verdicts.append(
            Flaw(
                message=message,
                hint=hint,
                at=at,
                facts={
                    "diagnosisCode": shown,
                    "serviceDate": on,
                    "inForce": in_force or "never",
                    "billableBelow": below,
                },
                predicted=predicts(
                    category="A7",
                    status=("254",) if is_principal else ("255",),
                    carc=("146",),
                    rarc=("MA63",) if is_principal else ("M76",),
                ),
            )
        )
    return verdicts


def _words(code: str, on: date, in_force: str | None, below: tuple[str, ...]) -> tuple[str, str]:
    refined = ", ".join(_next_characters(code, below))
    if in_force and below:
        return (
            f"{code} was billable from {in_force}; on {on} it is replaced by {refined}.",
            f"Bill the one of {refined} that the record supports (such as {', '.join(below)}).",
        )
    if in_force:
        return f"{code} is billable from {in_force}, not on {on}.", f"Bill the code that is in force on {on}."
    if below:
        return (
            f"{code} is not specific enough to be billed.",
            f"Bill the more specific code that the record supports, such as {', '.join(below)}.",
        )
    return f"{code} is not an ICD-10-CM code in force on {on}.", "Correct the code; look for a mistyped character."


def _next_characters(code: str, below: tuple[str, ...]) -> tuple[str, ...]:
    """The codes one character longer, with a hyphen where more characters follow: G35A, G35B-."""
    longer = dict.fromkeys(each[: len(code) + 1] for each in below)
    return tuple(each if each in below else f"{each}-" for each in longer)
