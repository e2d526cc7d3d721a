"""The levels of a kind of claim with what its guide has in them: some rows are of one of the two guides only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.institutional import INSTITUTIONAL
from worker.x12.layout.kinds import Numbers
from worker.x12.layout.loops import Loop, keys_of, row_of
from worker.x12.layout.parties import BILLING_LEVEL, HEADER, PATIENT_LEVEL, RELATIONSHIP, SUBSCRIBER_LEVEL
from worker.x12.layout.professional import PROFESSIONAL
from worker.x12.layout.rows import Row
from worker.x12.layout.structure import LoopUse, SegmentUse, loops_of

_CLAIM: Final = {ClaimKind.PROFESSIONAL: PROFESSIONAL, ClaimKind.INSTITUTIONAL: INSTITUTIONAL}


@dataclass(frozen=True, slots=True)
class LevelsOfKind:
    """The parts before the first HL, in each of the three levels, and in a claim."""

    header: Loop
    billing: Loop
    subscriber: Loop
    patient: Loop
    claim: Loop

    def all(self) -> tuple[Loop, ...]:
        """Return them in the order of the guide."""
        return self.header, self.billing, self.subscriber, self.patient, self.claim


@cache
def levels_of(kind: ClaimKind) -> LevelsOfKind:
    """Return the levels of a kind of claim."""
    uses = loops_of(kind)
    header, billing, subscriber, patient = (
        _of_guide(loop, uses) for loop in (HEADER, BILLING_LEVEL, SUBSCRIBER_LEVEL, PATIENT_LEVEL)
    )
    if "PAT" not in {each.identifier for each in uses["2000B"].segments}:
        patient = replace(patient, rows=(RELATIONSHIP, *patient.rows[1:]))
    return LevelsOfKind(header, billing, subscriber, patient, _of_guide(_CLAIM[kind], uses))


@cache
def segment_uses(kind: ClaimKind) -> Mapping[tuple[str, str], SegmentUse]:
    """Return what the guide says of a segment, by loop and key."""
    return {(name, key): each for name, use in loops_of(kind).items() for each in use.segments for key in each.keys}


def _of_guide(loop: Loop, uses: Mapping[str, LoopUse]) -> Loop:
    use = uses[loop.name]
    own = {row_of(row).key for row in loop.rows}
    free = frozenset(key[4:] for each in use.segments for key in each.keys if key[:4] == "REF*" and key not in own)
    rows = [row.within(free) if isinstance(row, Numbers) else row for row in loop.rows if _is_in(use, row_of(row))]
    turns = _turns(use, own)
    rows.sort(key=lambda row: min(turns[key] for key in keys_of(row_of(row)) if key in turns))
    return replace(
        loop, rows=tuple(rows), loops=tuple(_of_guide(each, uses) for each in loop.loops if each.name in uses)
    )


def _turns(use: LoopUse, own: Collection[str]) -> Mapping[str, int]:
    """Return the place of each key in the order of the guide; a row for an identifier has what no other row has."""
    turns: dict[str, int] = {}
    keys = [(segment.identifier, key) for segment in use.segments for key in segment.keys]
    for turn, (identifier, key) in enumerate(keys):
        turns[key] = turn
        if key not in own:
            turns.setdefault(identifier, turn)
    return turns


def _is_in(use: LoopUse, row: Row) -> bool:
    known = {key for segment in use.segments for key in (*segment.keys, segment.identifier)}
    return any(key in known for key in keys_of(row))
