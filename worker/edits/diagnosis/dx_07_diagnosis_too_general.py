from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Options, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.diagnoses import coded_diagnoses
from worker.edits.facts.traits import Trait
from worker.reference.tables.answer import Found
from worker.reference.tables.snapshot import Snapshot

UndottedCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9A-Z]{2,6}$")]
SIDES: Final = frozenset({"RT", "LT", "50"})
UNSPECIFIED: Final = frozenset("09")
"""What stands for a side that is not specified where 1 is the right one and 2 the left one."""
BY_DIGIT: Final = (("1", "right"), ("2", "left"))
CATEGORY: Final = 3


class RefusedDiagnoses(Options):
    """The unspecified ICD-10-CM codes, without dot, that the payer refuses; an empty list for none."""

    codes: frozenset[UndottedCode] | None = Field(
        default=None, description="ICD-10-CM codes without dot", examples=[["H353290", "C50919"]]
    )


@claim_edit(
    "DX-07",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("772",), carc=("16",), rarc=("M76",)),
    citation=Citation(
        source="ICD-10-CM Official Guidelines for Coding and Reporting, fiscal year 2026: level of detail in coding",
        section="I.B.2, I.B.13 and I.B.18",
    ),
    options=RefusedDiagnoses,
    kinds=BOTH_KINDS,
)
def diagnosis_too_general(claim: ClaimFacts, context: Context) -> list[Verdict]:
    """A diagnosis does not specify the side, the site or the kind, though the line does or the payer asks for it.

    Why: an unspecified code is for a record that says no more. Where the procedure states the side, the record knows
    it, and Medicare's contractors return or deny the code. Which others a payer refuses is in its profile, as this
    edit's option `codes`: the only such list that CMS publishes (Medicare Code Editor, edit 20) is for inpatients.

    Flagged: 20610-RT for M1710 (knee not specified), which has a code for each knee; H353290 on the payer's list.

    Accepted: 20610-RT for M1711 (right knee); M1710 on a line without a side; a code that is not on the list. Not
    judged by side: lines of which another diagnosis states one, and facilities, whose lines point to no diagnosis.

    To do: Send the code with the side, the site and the kind that the record supports.
    """
    refused = context.options(RefusedDiagnoses).codes
    has_side = claim.traits & Trait.OTHER_MODIFIER and not claim.is_institutional
    if refused is None and not has_side:
        return [NoData("unspecified diagnoses that the payer refuses")]
    general = dict(_without_side(claim, context.snapshot)) if has_side else {}
    verdicts: list[Verdict] = []
    for code, _type, _place, at in coded_diagnoses(claim):
        if code in (refused or ()) or code in general:
            known = f"; {general[code]} states it" if code in general else ""
            verdicts.append(
                Flaw(
                    message=f"{code} is not specific enough for this payer."
                    if code not in general
                    else f"{code} does not specify the side{known}.",
                    hint="Send the code with the side, the site and the kind that the record supports.",
                    at=at,
                    facts={"diagnosisCode": code},
                )
            )
    if refused is None:
        verdicts.append(NoData("unspecified diagnoses that the payer refuses"))
    return verdicts


def _without_side(claim: ClaimFacts, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield each diagnosis without a side of a line with one, with the line's code and modifier."""
    for line in claim.lines:
        carried = SIDES.intersection(line.modifiers)
        if not carried or line.on is None:
            continue
        codes = claim.diagnoses_of((line,))
        if any(isinstance(snapshot.diagnosis_side(code, line.on), Found) for code in codes):
            continue
        for code in codes:
            if _has_sides(code, line.on, snapshot):
                yield code, f"{line.hcpcs}-{min(carried)}"


def _has_sides(code: str, on: date, snapshot: Snapshot) -> bool:
    """Whether the code is that of an unspecified side, beside one for the right and one for the left."""
    places = [place for place in range(CATEGORY, len(code)) if code[place] in UNSPECIFIED]
    return any(
        all(_side(f"{code[:place]}{digit}{code[place + 1 :]}", on, snapshot) == side for digit, side in BY_DIGIT)
        for place in places
    )


def _side(code: str, on: date, snapshot: Snapshot) -> str | None:
    answer = snapshot.diagnosis_side(code, on)
    return answer.row.side if isinstance(answer, Found) else None
