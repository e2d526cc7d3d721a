import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.studies import IN_STUDIES_ONLY, IN_STUDIES_ONLY_FROM, STUDY_MODIFIERS
from worker.edits.drugs.arithmetic import all_of
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

EXAMINED_IN_A_STUDY: Final = "Z006"
TRIAL_NUMBER: Final = re.compile(r"(?:NCT|CT)?\d{8}", re.ASCII)
TRIAL_ON_A_BILL: Final = "D4"
MODIFIER, DIAGNOSIS, NUMBER = "modifier Q0 or Q1", "diagnosis Z00.6", "the number of the trial"
TO_SEND: Final = {
    MODIFIER: "Q0 on the line",
    DIAGNOSIS: "Z00.6 among the diagnoses",
    NUMBER: "the eight digits of the trial in REF*P4",
}
REMARKS: Final = {MODIFIER: "N822", DIAGNOSIS: "M76", NUMBER: "MA50"}


@line_edit(
    "COV-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("21", "453"), carc=("16",), rarc=("N822", "M76", "MA50")),
    citation=Citation(
        source="CMS National Coverage Determination 200.3, monoclonal antibodies directed against amyloid; CMS Claims "
        "Processing Manual (Pub. 100-04), chapter 32, section 69",
        effective=IN_STUDIES_ONLY_FROM,
    ),
    needs=Trait.STUDY,
    kinds=BOTH_KINDS,
)
def study_not_shown(line: LineFacts, context: Context) -> Verdict | None:
    """A drug that Medicare covers in studies only, or a line with Q0 or Q1, does not show the study.

    Why: antibodies against amyloid are covered with evidence development: each claim has Q0 (or Q1), diagnosis Z00.6
    and the number of the trial or registry. Q0 and Q1 mean a study on any line, so that Z00.6 belongs to them.

    Flagged: J0174 to Medicare without Q0, without Z00.6 or without the number in REF*P4; J9271-Q0 without Z00.6.

    Accepted: J0174-Q0 with Z00.6 and an eight-digit number (on a bill of a facility in value code D4 as well); J0174
    before 2022-04-07; the drug to other payers, whose Q0 and Q1 still need Z00.6.

    To do: Send what is missing: ….

    To do: Add Z00.6 among the diagnoses, or remove the modifier if the patient is in no study.
    """
    if line.on is None:
        return DoesNotApply()
    in_studies_only = context.profile.medicare and _is_covered_in_studies(line, line.on)
    has_modifier = not STUDY_MODIFIERS.isdisjoint(line.modifiers)
    if not in_studies_only and not has_modifier:
        return DoesNotApply()
    lacking = [] if has_modifier else [MODIFIER]
    if EXAMINED_IN_A_STUDY not in context.claim.diagnoses:
        lacking.append(DIAGNOSIS)
    if in_studies_only and not any(TRIAL_NUMBER.fullmatch(number.strip()) for number in _trials(context.claim)):
        lacking.append(NUMBER)
    if not lacking:
        return None
    why = "is covered in studies only" if in_studies_only else "carries a modifier of a study"
    return Flaw(
        message=f"{line.hcpcs} {why}; the claim lacks {all_of(lacking)}.",
        hint=f"Send what is missing: {all_of([TO_SEND[each] for each in lacking])}."
        if in_studies_only
        else "Add Z00.6 among the diagnoses, or remove the modifier if the patient is in no study.",
        at=in_line(line, "procedureModifiers"),
        facts={"procedureCode": line.hcpcs, "missing": lacking},
        predicted=predicts(
            category="A6", status=("21", "453"), carc=("16",), rarc=tuple(REMARKS[each] for each in lacking)
        ),
    )


def _is_covered_in_studies(line: LineFacts, on: date) -> bool:
    return line.hcpcs in IN_STUDIES_ONLY and on >= IN_STUDIES_ONLY_FROM


def _trials(claim: ClaimFacts) -> Iterator[str]:
    information = claim.claim.claim_information
    references = information.claim_supplemental_information
    number = (references.extra or {}).get("demoProjectIdentifier") if references else None
    if isinstance(number, str):
        yield number
    for group in information.value_information_list:
        yield from (value.value_code_amount or "" for value in group if value.value_code == TRIAL_ON_A_BILL)
