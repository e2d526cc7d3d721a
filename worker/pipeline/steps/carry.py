"""What a finding rests on where no edition covers the day: tables carried forward from an earlier one, or none."""

from collections.abc import Iterable
from typing import Final

from schemas.outcome import CarriedTable, Severity
from worker.edits.edit import Flaw, NoData
from worker.edits.facts.basis import care_setting, carried_table
from worker.edits.facts.claim import ClaimFacts
from worker.pipeline.rules.plan import PlannedRule
from worker.reference.tables.answer import NotCovered
from worker.reference.tables.snapshot import Snapshot

DRUGS: Final = "drugs"
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


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


def lacks_table(rule: PlannedRule, verdict: NoData, first: int, claim: ClaimFacts, snapshot: Snapshot) -> bool:
    """Whether an edit could not decide since a table that it rests on lacks the day."""
    line = claim.lines[(verdict.line or first or 1) - 1] if rule.tables and claim.lines else None
    if line is None or line.on is None:
        return False
    if DRUGS in rule.tables and isinstance(line.drug_answer, NotCovered):
        return True
    return any(snapshot.reach(table, line.on, care_setting(claim)).edition is None for table in rule.tables)


def milder(one: Severity, other: Severity) -> Severity:
    """The severity that does less to a claim."""
    return max(one, other, key=_RANK.__getitem__)
