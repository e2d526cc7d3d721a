from collections.abc import Iterator
from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim, in_diagnosis
from worker.reference.tables.answer import Carried, Found


@claim_edit(
    "DX-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("255",), carc=("16",), rarc=("M76",)),
    citation=Citation(
        source="CMS and NCHS, ICD-10-CM tabular list of the fiscal year, Excludes1 notes; ICD-10-CM Official "
        "Guidelines for Coding and Reporting",
        section="section I.A.12.a",
    ),
    kinds=BOTH_KINDS,
    tables=("icd10cm_exclusions",),
)
def diagnoses_exclude_each_other(claim: ClaimFacts, context: Context) -> Verdict | list[Verdict] | None:
    """Two diagnoses of the claim are never coded together by an Excludes1 note.

    Why: such a note says that two conditions cannot occur together, as type 1 and type 2 diabetes. Payers reject the
    pair. The guidelines allow it for two conditions that are unrelated, which the claim cannot show.

    Flagged: E10.9 with E11.9, both of one block of the tabular list. As a warning: two diagnoses of different blocks,
    which may be unrelated.

    Accepted: diagnoses without such a note; Excludes2, which allows both. Of a note the codes count, not its words. In
    the fiscal year after our last tabular list a note of that list is a warning, and where it has none there is no
    data; before our first list there is none at all.

    To do: Keep the one that the record supports.

    To do: Keep the one that the record supports, or both if the record shows unrelated conditions.
    """
    on = claim.first_service
    codes = tuple(filter(None, dict.fromkeys(claim.diagnoses)))
    if on is None or len(codes) <= 1:
        return DoesNotApply()
    is_carried = False
    found: dict[frozenset[str], Flaw] = {}
    for code in codes:
        answer = context.snapshot.never_together(code, on)
        if not isinstance(answer, Found):
            return _lacks(on)
        is_carried = isinstance(answer, Carried)
        for other in codes:
            in_block = other.startswith(answer.row.in_block)
            if other == code or not (in_block or other.startswith(answer.row.elsewhere)):
                continue
            pair = frozenset((code, other))
            if pair not in found or (in_block and found[pair].severity is Severity.WARN):
                found[pair] = _flaw(claim, code, other, is_sure=in_block)
    if not found:
        return _lacks(on) if is_carried else None
    return list(_in_order(found, codes))


def _lacks(on: date) -> NoData:
    return NoData(f"ICD-10-CM tabular list of the fiscal year of {on}")


def _flaw(claim: ClaimFacts, code: str, other: str, *, is_sure: bool) -> Flaw:
    return Flaw(
        message=f"{code} and {other} are not coded together: the tabular list has an Excludes1 note at {code}.",
        hint="Keep the one that the record supports."
        if is_sure
        else "Keep the one that the record supports, or both if the record shows unrelated conditions.",
        at=in_claim("principalDiagnosis") if claim.is_institutional else in_diagnosis(claim.diagnoses.index(other) + 1),
        facts={"diagnosisCode": code, "excluded": other, "serviceDate": claim.first_service},
        severity=None if is_sure else Severity.WARN,
    )


def _in_order(found: dict[frozenset[str], Flaw], codes: tuple[str, ...]) -> Iterator[Flaw]:
    for pair in sorted(found, key=lambda pair: sorted(map(codes.index, pair))):
        yield found[pair]
