"""Which members of the claim message an 837 has a place for, as the layout says."""

from collections.abc import Iterator

from schemas.claim import ClaimKind
from worker.x12.layout.levels import levels_of
from worker.x12.layout.loops import Loop, PatientRow
from worker.x12.layout.rows import Member


def members_of(kind: ClaimKind) -> Iterator[Member]:
    """Yield every member that is written for a claim of a kind, counted from the top of the message."""
    for level in levels_of(kind).all():
        yield from _of_loop(level, ())


def _of_loop(loop: Loop, around: Member) -> Iterator[Member]:
    path = loop.path.removeprefix("/")
    start = () if loop.path.startswith("/") else around
    part = (*start, path) if path else start
    for row in loop.rows:
        if isinstance(row, PatientRow):
            yield from row.row.members()
        else:
            yield from ((*part, *member) for member in row.members())
    for inside in loop.loops:
        yield from _of_loop(inside, part)
