from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, EditStatus, Flaw, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.rules.earlier import is_repeated, unless_known, without_memory
from worker.edits.rules.earlier_doses import doses_before


class Course(NamedTuple):
    """How many doses a patient gets of a drug, counted from the first day on which it could be given."""

    doses: int
    since: date
    why: str


COURSES: Final[Mapping[str, Course]] = MappingProxyType(
    {
        "Q2043": Course(3, date(2010, 4, 29), "CMS, change request on CWF edits of Provenge, 2012-01-25"),
        "J3111": Course(12, date(2019, 4, 9), "label of Evenity, section 2, as remembered"),
    }
)


@drug_day_edit(
    "AUT-06",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("571",), carc=("151",), rarc=("N435",)),
    citation=Citation(
        source="CMS, CWF editing for autologous cellular immunotherapy (Provenge): three in a lifetime, 2012-01-25; "
        "label of romosozumab as remembered",
        effective=date(2012, 7, 2),
    ),
    about=lambda code, _: code in COURSES,
    lacks=without_memory,
    status=EditStatus.PREVIEW,
    kinds=BOTH_KINDS,
)
def course_exceeded(day: DrugDay, context: Context) -> Verdict | None:
    """More doses were given than a course or a lifetime allows.

    Why: some drugs end after a number of doses: sipuleucel-T (Q2043) after three in a lifetime, which Medicare counts,
    romosozumab (J3111) after twelve monthly doses.

    Flagged: a fourth dose of Q2043; a thirteenth of J3111.

    Accepted: the last dose of the course; amounts discarded. A pass needs a memory that reaches back to the first day
    on which the drug could be given.

    To do: Verify the number of doses; for one more, ask the payer first.
    """
    if not day.given or is_repeated(context, *day.lines):
        return DoesNotApply()
    course = COURSES[day.hcpcs]
    doses = len({dose.on for dose in doses_before(day, context) if dose.on >= course.since}) + 1
    if doses <= course.doses:
        return unless_known(context, course.since, day.lines[0].number)
    return Flaw(
        message=f"{day.hcpcs} of {day.on} is dose {doses}; a course has {course.doses}.",
        hint="Verify the number of doses; for one more, ask the payer first.",
        at=in_line(day.given[0], "procedureCode"),
        facts={"procedureCode": day.hcpcs, "serviceDate": day.on, "doses": doses, "courseDoses": course.doses},
    )
