"""What a finding or an entry rests on where no edition covers the day: tables carried forward from an earlier one."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from schemas.outcome import CarriedTable, Severity
from worker.edits.edit import Flaw
from worker.edits.facts.claim import ClaimFacts
from worker.pipeline.rules.plan import PlannedRule
from worker.reference.tables.edition import Edition
from worker.reference.tables.rows import CareSetting
from worker.reference.tables.snapshot import Snapshot

_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


def care_setting(claim: ClaimFacts) -> CareSetting:
    """The setting whose part of a table a claim is held to."""
    return "outpatient_hospital" if claim.is_institutional else "practitioner"


def carried_table(edition: Edition, on: date) -> CarriedTable | None:
    """How an edition that answers on a day is carried; None when it covers the day."""
    if edition.covers(on) or edition.in_force_to is None:
        return None
    age = (on - edition.in_force_to).days
    return CarriedTable(edition=f"{edition.table}@{edition.name}", ended=edition.in_force_to, age_days=age)


def carried_under(
    rule: PlannedRule, flaw: Flaw, first: int, claim: ClaimFacts, snapshot: Snapshot
) -> tuple[CarriedTable, ...]:
    """The tables under a flaw that are carried forward to the day of its line; `first` is that of its subject."""
    tables = rule.tables if flaw.tables is None else flaw.tables
    on = claim.lines[(flaw.at.line or first or 1) - 1].on if tables and claim.lines else None
    if on is None:
        return ()
    reached = (snapshot.reach(table, on, care_setting(claim)) for table in tables)
    carried: Iterable[CarriedTable | None] = (
        carried_table(reach.edition, on) for reach in reached if reach.edition and reach.is_carried
    )
    return tuple(each for each in carried if each)


def milder(one: Severity, other: Severity) -> Severity:
    """The severity that does less to a claim."""
    return max(one, other, key=_RANK.__getitem__)
