import re
from collections.abc import Iterator
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line

POINTER: Final = re.compile(r"0?[1-9]|1[0-2]", re.ASCII)
MOST_POINTERS: Final = 4
HIGHEST: Final = 12


@claim_edit(
    "DX-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("477",), carc=("16",), rarc=("M76",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), SV107 and HI"),
)
def pointer_to_no_diagnosis(claim: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """A line points to a diagnosis that the claim does not have, to one twice, to more than four, or not by number.

    Why: the pointers name the diagnosis for which the line was done; a pointer to nothing leaves the line without one.

    Flagged: pointer 3 on a claim with two diagnoses; 1 and 1; five pointers; A, 0 or 13.

    Accepted: 1 to 4 different numbers, in any order, each of a diagnosis of the claim. A claim without any diagnosis
    is reported by DX-03, a line without pointers by FMT-02.

    To do: Keep the four main ones.

    To do: Point to a diagnosis of the claim, or add the diagnosis.

    To do: Send 1 for the first (A), 2 for B.

    To do: Send each pointer once.
    """
    if not any(claim.diagnoses):
        return None
    if all(_is_sound(pointers, claim) for pointers in set(claim.pointers)):  # most lines point to the same
        return None
    verdicts: list[Verdict] = []
    for line, pointers in zip(claim.lines, claim.pointers, strict=True):
        verdicts += _flaws(line, pointers, claim)
    return verdicts


def _is_sound(pointers: tuple[str | None, ...], claim: ClaimFacts) -> bool:
    """Whether the pointers are a few different ones, each of a diagnosis, as on nearly every line."""
    different = set(pointers)
    if len(claim.diagnoses) > HIGHEST or not len(different) == len(pointers) <= MOST_POINTERS:
        return False
    return different <= claim.by_pointer.keys()


def _flaws(line: LineFacts, pointers: tuple[str | None, ...], claim: ClaimFacts) -> Iterator[Flaw]:
    given = [(place, each) for place, each in enumerate(pointers, 1) if each]
    if len(given) > MOST_POINTERS:
        problem = f"it has {len(given)} pointers; {MOST_POINTERS} are allowed"
        yield _flaw(line, None, problem, "Keep the four main ones.")
    seen: set[int] = set()
    for place, pointer in given:
        if not POINTER.fullmatch(pointer):
            problem = f"pointer {place} is not a number from 1 to 12"
            yield _flaw(line, place, problem, "Send 1 for the first (A), 2 for B.")
            continue
        number = int(pointer)
        if number in seen:
            yield _flaw(line, place, f"it points to diagnosis {number} twice", "Send each pointer once.")
        elif not "".join(claim.diagnoses[number - 1 : number]):
            problem = f"it points to diagnosis {number}, which the claim does not have"
            yield _flaw(line, place, problem, "Point to a diagnosis of the claim, or add the diagnosis.")
        seen.add(number)


def _flaw(line: LineFacts, place: int | None, problem: str, hint: str) -> Flaw:
    return Flaw(
        message=f"{line.hcpcs}: {problem}.",
        hint=hint,
        at=in_line(line, "diagnosisCodePointers", place),
        facts={"procedureCode": line.hcpcs},
    )
