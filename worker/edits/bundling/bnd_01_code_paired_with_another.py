from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.correct_coding import (
    APART,
    APART_ON_EITHER_FROM,
    OF_A_SITE,
    OF_A_VISIT,
    OF_EITHER,
    OFFICE_VISITS,
    is_visit,
    mild_if_remembered,
    of_one_provider,
    setting_of,
)
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.ranges import within
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    line_edit,
    predicts,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.reference.tables.answer import Found, NotCovered
from worker.reference.tables.policy_rows import PairTerms
from worker.reference.tables.rows import CareSetting

NURSE_VISIT: Final = "99211"
NEVER, ALLOWED = 0, 1  # modifier indicators; 9 marks a pair that never took effect
SETTINGS: Final[tuple[CareSetting, ...]] = ("practitioner", "outpatient_hospital")


def _is_paired(code: str, configuration: Configuration) -> bool:
    return any(configuration.snapshot.is_ncci_second(code, setting) for setting in SETTINGS)


@line_edit(
    "BND-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("454",), carc=("97", "236"), rarc=("M80",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, procedure-to-procedure edits, third quarter of 2024, of "
        "practitioners and outpatient hospitals; NCCI Policy Manual, chapter I",
        effective=date(1996, 1, 1),
    ),
    about=_is_paired,
    kinds=BOTH_KINDS,
)
def code_paired_with_another(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """A code is billed with another one of that day and provider beside which CMS does not pay it.

    Why: CMS lists pairs of codes of which the second is part of the first, or contradicts it. The second is denied,
    unless the pair allows a modifier and one says that it was a separate service.

    Flagged: 96372 with 20610; 96523 with 96413, which no modifier helps; 96372 with 96413 and without 59; 20610-RT with
    20611-RT. A warning on bills of facilities other than hospital outpatients (13x).

    Accepted: 96372-59 with 96413; 20610-LT with 20611-RT; another day or practitioner; a pair after its last day.
    Visits beside procedures are reported by EM-01 and EM-02. Our list shows the last day of a pair only: a day before
    the list is not decided. Of its pairs none was deleted after 2019, so that a pair carried to a later
    quarter rejects like one of the list's own quarter, whatever a profile sets for `carried`.

    To do: Remove …; it is part of ….

    To do: Remove …, or add 59 or an X modifier if the record shows another site or encounter.
    """
    setting = setting_of(context.claim)
    if setting is None or line.on is None:
        return DoesNotApply()
    # A long claim repeats its codes: the table is asked of each code once, and lines with like modifiers are one.
    codes = {other.hcpcs for other in context.claim.lines}
    firsts = {code for code in codes if context.snapshot.is_ncci_pair(code, line.hcpcs, setting)}
    beside: dict[tuple[str, tuple[str, ...]], LineFacts] = {}
    for other in context.claim.lines if firsts else ():
        if other.hcpcs in firsts and other.on == line.on and of_one_provider(context.claim, line, other):
            beside.setdefault((other.hcpcs, other.modifiers), other)
    verdicts: dict[Verdict, None] = {}
    found: tuple[LineFacts, PairTerms] | None = None
    for other in beside.values():
        answer = context.snapshot.ncci_pair(other.hcpcs, line.hcpcs, setting, line.on)
        if isinstance(answer, NotCovered):
            verdicts[NoData(f"NCCI pairs before {answer.covers_from}", line.number)] = None
        if not isinstance(answer, Found) or not _is_ours(other.hcpcs, line.hcpcs, setting, answer.row):
            continue
        if lifting := _lifting(line, other, answer.row):
            verdicts[Bypassed(f"modifier {lifting}", line.number)] = None
        elif found is None or answer.row.modifier_indicator < found[1].modifier_indicator:
            found = other, answer.row
    return [*verdicts, _flaw(line, *found, setting, mild_if_remembered(context.claim))] if found else list(verdicts)


def _is_ours(column1: str, column2: str, setting: CareSetting, pair: PairTerms) -> bool:
    """Whether no edit of visits reports the pair: EM-02 those of 99211 that nothing lifts, EM-01 those of others."""
    if pair.modifier_indicator not in {NEVER, ALLOWED}:
        return False
    if setting != "practitioner" or not within(column2, OFFICE_VISITS) or within(column1, OFFICE_VISITS):
        return True
    return (pair.modifier_indicator == ALLOWED) == (column2 == NURSE_VISIT)


def _lifting(line: LineFacts, other: LineFacts, pair: PairTerms) -> str | None:
    """The modifier that lifts the pair; where both carry one of a site, they must be different sites."""
    if NOT_COVERED_BY_LAW in line.modifiers:
        return NOT_COVERED_BY_LAW
    if pair.modifier_indicator == NEVER or not (line.modifiers or other.modifiers):
        return None
    own, others = frozenset(line.modifiers), frozenset(other.modifiers)
    lifting = own & (APART | OF_EITHER) | others & OF_EITHER | (own - others) & OF_A_SITE
    if line.on and line.on >= APART_ON_EITHER_FROM:
        lifting |= others & APART
    for each, carried in ((line, own), (other, others)):
        if is_visit(each.hcpcs):
            lifting |= carried & OF_A_VISIT
    return min(lifting, default=None)


def _flaw(line: LineFacts, other: LineFacts, pair: PairTerms, setting: CareSetting, severity: Severity | None) -> Flaw:
    never = pair.modifier_indicator == NEVER
    return Flaw(
        message=f"{line.hcpcs} is not paid beside {other.hcpcs} of {line.on}: CMS pairs them"
        + (", and no modifier lifts the pair." if never else ", and no modifier says that it was separate."),
        hint=f"Remove {line.hcpcs}; it is part of {other.hcpcs}."
        if never
        else f"Remove {line.hcpcs}, or add 59 or an X modifier if the record shows another site or encounter.",
        at=in_line(line, "procedureCode"),
        facts={
            "procedureCode": line.hcpcs,
            "column1": other.hcpcs,
            "column1Line": other.number,
            "serviceDate": line.on,
            "modifierIndicator": pair.modifier_indicator,
            "setting": setting,
        },
        severity=severity,
    )
