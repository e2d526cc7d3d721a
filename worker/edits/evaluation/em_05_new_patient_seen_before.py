from datetime import date, timedelta
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.earlier import earlier_claims, is_repeated, named, unless_known, without_memory
from worker.edits.rules.months import months_from
from worker.history.key import NO_MARK

NEW_PATIENT: Final[tuple[CodeRange, ...]] = (("99202", "99205"),)
FACE_TO_FACE: Final[tuple[CodeRange, ...]] = (
    ("99202", "99205"),
    ("99211", "99215"),
    ("99221", "99223"),
    ("99231", "99239"),
    ("99242", "99245"),
    ("99252", "99255"),
    ("99281", "99285"),
    ("99291", "99291"),
    ("99304", "99310"),
    ("99315", "99316"),
    ("99341", "99350"),
    ("99381", "99387"),
    ("99391", "99397"),
)
"""Visits, at which practitioner and patient meet; a test that is read makes nobody an established patient."""
NEW_AFTER_MONTHS: Final = 36
_DAY: Final = timedelta(days=1)


@line_edit(
    "EM-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("454",), carc=("B16",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 12; Palmetto GBA, new patient criteria, 2025-03-19",
        section="section 30.6.7",
        effective=date(2021, 1, 1),
    ),
    about=lambda code, _: within(code, NEW_PATIENT),
    lacks=without_memory,
)
def new_patient_seen_before(line: LineFacts, context: Context) -> Verdict | None:
    """A visit of a new patient is billed for a patient whom the same provider, or group and specialty, saw before.

    Why: a patient is new when no practitioner of the group with the same specialty had a professional service face to
    face with them in the three years before. The payer has those claims and denies the visit.

    Flagged: 99204 on 2026-03-02 after 99213 on 2025-03-02 by the same provider, or by one of the group with the same
    taxonomy code.

    Accepted: 99214; a visit three years ago or longer; one of another specialty of the group, or of another group; an
    earlier test, injection or drug without a visit. The memory must reach back three years, else there is no data.

    To do: Bill the visit of an established patient (99212 to 99215) at the level that the record supports.
    """
    earlier = earlier_claims(context)
    if line.on is None or is_repeated(context, line):
        return DoesNotApply()
    own, since = earlier.own.lines[line.number - 1], months_from(line.on, -NEW_AFTER_MONTHS)
    for code in sorted(each for each in earlier.services.codes if within(each, FACE_TO_FACE)):
        for claim, other in earlier.services.between(code, since + _DAY, line.on - _DAY):
            if claim.is_institutional:
                continue
            is_same = own.rendering == other.rendering != NO_MARK
            is_group = earlier.own.billing == claim.billing != NO_MARK
            if is_same or (is_group and earlier.own.specialty == claim.specialty != NO_MARK):
                return Flaw(
                    message=f"{line.hcpcs} is for new patients; this one was seen on {other.on} ({code}).",
                    hint="Bill the visit of an established patient (99212 to 99215) at the level that the record "
                    "supports.",
                    at=in_line(line, "procedureCode"),
                    facts={
                        "procedureCode": line.hcpcs,
                        "serviceDate": line.on,
                        "earlierCode": code,
                        "earlierVisit": other.on,
                        **named(claim),
                    },
                )
    return unless_known(context, since, line.number)
