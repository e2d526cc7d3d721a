from datetime import date
from typing import Final

from msgspec.structs import replace

from schemas.outcome import Citation, Severity
from worker.edits.codes.correct_coding import mild_if_remembered, of_one_provider, setting_of
from worker.edits.edit import (
    BOTH_KINDS,
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
from worker.edits.rules.continuation import on_the_other_claim
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.policy_rows import AddOnPairing

ALL_LISTED: Final = 1
FURTHER_HOURS, FIRST_HOURS = "96366", frozenset({"96365", "96367"})
"""Of an ordinary infusion: the code counts on from one of the others, whatever else the table lists."""
MOST_NAMED: Final = 6


def _is_add_on(code: str, configuration: Configuration) -> bool:
    return configuration.snapshot.is_add_on(code)


@line_edit(
    "BND-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A8", status=("736", "454"), carc=("107",), rarc=("N122",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, add-on code edits, third quarter of 2026; CMS Claims "
        "Processing Manual (Pub. 100-04), chapter 12, section 30.5",
        effective=date(2013, 4, 1),
    ),
    about=_is_add_on,
    kinds=BOTH_KINDS,
)
def add_on_without_primary(line: LineFacts, context: Context) -> Verdict | None:
    """An add-on code is billed without a code that it adds to, of the same day and provider.

    Why: an add-on code says that more was done of something. Alone it is not paid: CMS lists the primary codes of each.

    Flagged: 96415 without 96413; 96375 with nothing that came before; 90472 without 90471. As a warning: a primary code
    of another provider only; 96366 beside 96413 without 96365 or 96367, whose hours it counts; a day of another year
    than that of our list, which lacks primary codes that have ended; bills of facilities other than hospital
    outpatients (13x).

    Accepted: 96415 with 96413; a claim that says that it is a part of one that was split, whose primary code may be on
    the other. Of codes for which the contractor names the primary codes, wholly or in part, only one
    without any other procedure is flagged.

    To do: Bill 96415 for further hours of 96413; 96367 for the first hour of another drug, then 96366.

    To do: Bill the primary code of the same provider (…), or the code of a service of its own.
    """
    claim = context.claim
    if line.on is None or setting_of(claim) is None:
        return DoesNotApply()
    answer = context.snapshot.add_on(line.hcpcs, line.on)
    if isinstance(answer, NotInForce):
        return NoData("add-on codes of that day", line.number)
    if not isinstance(answer, Found):
        return DoesNotApply()
    primaries = {pairing.primary for pairing in answer.row}
    others = [other for other in claim.lines if other.hcpcs and other.hcpcs != line.hcpcs and other.covers(line.on)]
    named = [other for other in others if other.hcpcs in primaries]
    if any(of_one_provider(claim, line, other) for other in named):
        return _of_another_family(line, named)
    if answer.row[0].type != ALL_LISTED and any(_may_be_primary(other, context) for other in others):
        return NoData(f"the contractor's primary codes of {line.hcpcs}", line.number)
    if not named and (elsewhere := on_the_other_claim(context, line.number)):
        return elsewhere
    flaw = _flaw(line, answer.row, named)
    if named or line.on.year != answer.edition.in_force_from.year:
        return replace(flaw, severity=Severity.WARN)
    return replace(flaw, severity=mild_if_remembered(claim))


def _may_be_primary(other: LineFacts, context: Context) -> bool:
    return other.drug is None and not context.snapshot.is_add_on(other.hcpcs)


def _of_another_family(line: LineFacts, named: list[LineFacts]) -> Flaw | None:
    if line.hcpcs != FURTHER_HOURS or any(other.hcpcs in FIRST_HOURS for other in named):
        return None
    beside = ", ".join(dict.fromkeys(other.hcpcs for other in named))
    return Flaw(
        message=f"{line.hcpcs} counts further hours of 96365 or 96367, but only {beside} is billed on {line.on}.",
        hint="Bill 96415 for further hours of 96413; 96367 for the first hour of another drug, then 96366.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "beside": beside},
        severity=Severity.WARN,
    )


def _flaw(line: LineFacts, pairings: tuple[AddOnPairing, ...], named: list[LineFacts]) -> Flaw:
    codes = [pairing.primary for pairing in pairings if pairing.type == ALL_LISTED or pairing.primary != "CCCCC"]
    listed = ", ".join(codes[:MOST_NAMED]) + (", …" if len(codes) > MOST_NAMED else "")
    return Flaw(
        message=f"{line.hcpcs} is an add-on code, but its primary code of {line.on} is of another provider."
        if named
        else f"{line.hcpcs} is an add-on code, but no primary code is billed on {line.on}.",
        hint=f"Bill the primary code of the same provider ({listed or 'the contractor says which'}), or the code of a "
        "service of its own.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "primaryCodes": codes[:MOST_NAMED]},
    )
