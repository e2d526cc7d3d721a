from typing import Final

from schemas.claim import ClaimKind
from schemas.outcome import Citation, Location, Severity
from schemas.records import StructureFlaw
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.elements import STATUS_CODES, status_of
from worker.edits.facts.locate import at_path
from worker.edits.facts.traits import Trait
from worker.edits.rules.required import absent_of_claim, absent_of_line

_SEGMENT_MISSING: Final = "3"
"""IK304: a mandatory segment is missing."""
_ELEMENT_MISSING: Final = "1"
"""IK403: a required element is missing."""
_HAS_MORE: Final = Trait.INCOMPLETE | Trait.OTHER_PAYER | Trait.OWN_PROVIDER


@claim_edit(
    "FMT-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("21",), carc=("16",), rarc=("MA130",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P) and 005010X223A2 (837I), elements with usage Required"),
    kinds=BOTH_KINDS,
    sometimes=(predicts(category="A6", status=("21", *STATUS_CODES), carc=("16",), rarc=("MA130",)),),
)
def required_element_missing(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """An element that the guide requires, always or in this claim's situation, is absent or empty.

    Why: a payer cannot accept a claim without them; it is returned unprocessed and was never filed.

    Flagged: no patient control number; a line without a date of service; a total charge sent as ""; no address or
    gender of a patient who is the subscriber; another insured without a name; a Medicare that pays second
    without its insurance type; a provider of another payer without a number there; no PER in the header of an 837.

    Accepted: all present. Absent and empty mean the same; 0 and N are values. An employer as subscriber has no member
    id. A missing principal diagnosis of an 837P is reported by DX-03, a missing name or date of birth of the patient by
    IDN-06, an unreadable value by FMT-03.

    To do: Send the … in ….
    """
    kind = ClaimKind.INSTITUTIONAL if claim.is_institutional else ClaimKind.PROFESSIONAL
    found: set[str] = set()
    verdicts: list[Verdict] = []
    for element, path in absent_of_claim(claim.claim, kind):
        found.add(element.x12)
        verdicts.append(_missing(element.words, at_path(path, claim.lines).model_copy(update={"x12": element.x12})))
    for line in claim.lines if claim.traits & _HAS_MORE else ():
        if not line.traits & _HAS_MORE and claim.charge_of(line) is not None and any(claim.pointers[line.number - 1]):
            continue
        for element, path in absent_of_line(claim.claim, kind, line.number - 1):
            found.add(element.x12)
            verdicts.append(_missing(element.words, at_path(path, claim.lines).model_copy(update={"x12": element.x12})))
    for flaw in claim.claim.origin.flaws if claim.claim.origin else ():
        place = f"{flaw.loop} {flaw.segment_id}"
        if is_about_absence(flaw) and not any(x12.startswith(place) for x12 in found):
            what = f"{flaw.segment_id}{flaw.element or ''}"
            verdicts.append(_missing(what, Location(json_path="$", x12=f"{flaw.loop} {what}")))
    return verdicts


def is_about_absence(flaw: StructureFlaw) -> bool:
    """Whether the claim's file lacks a segment or an element there."""
    return flaw.code == _SEGMENT_MISSING or flaw.element_code == _ELEMENT_MISSING


def _missing(words: str, at: Location) -> Flaw:
    status, entity = status_of(at.json_path)
    return Flaw(
        message=f"Line {at.line} has no {words}." if at.line else f"The claim has no {words}.",
        hint=f"Send the {words} in {at.x12}.",
        at=at,
        facts={"element": at.x12},
        predicted=predicts(category="A6", status=("21", *status), carc=("16",), rarc=("MA130",), entity=entity),
    )
