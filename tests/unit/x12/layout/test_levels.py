"""The rows of the layout are of segments that the structure of a guide has."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from schemas.claim import ClaimKind
from worker.x12.layout.institutional import INSTITUTIONAL
from worker.x12.layout.kinds import Fields
from worker.x12.layout.loops import Loop, keys_of, row_of
from worker.x12.layout.parties import BILLING_LEVEL, HEADER, PATIENT_LEVEL, SUBSCRIBER_LEVEL
from worker.x12.layout.professional import PROFESSIONAL
from worker.x12.layout.structure import loops_of

ALL_OF_IT = (HEADER, BILLING_LEVEL, SUBSCRIBER_LEVEL, PATIENT_LEVEL, PROFESSIONAL, INSTITUTIONAL)


def unreachable(loop: Loop) -> Iterator[str]:
    """Yield the rows of a loop, and of those inside, that no segment of either guide could ever be read by."""
    known = {
        key
        for kind in ClaimKind
        if loop.name in loops_of(kind)
        for segment in loops_of(kind)[loop.name].segments
        for key in (*segment.keys, segment.identifier)
    }
    for row in loop.rows:
        if known.isdisjoint(keys_of(row_of(row))):
            yield f"{loop.name} {row_of(row).key}"
    for inside in loop.loops:
        yield from unreachable(inside)


@pytest.mark.parametrize("loop", ALL_OF_IT, ids=lambda loop: loop.name)
def test_each_row_is_of_a_segment_that_a_guide_has(loop: Loop) -> None:
    """A misspelt key reads and writes nothing, and the segment is kept as one without a row."""
    assert list(unreachable(loop)) == [], (
        "no line of structure_professional.py or structure_institutional.py has this key in this loop; "
        "a segment that is `CUR S1 1=85 2` there has the key CUR and its qualifier as `Coded('85', ...)`"
    )


def test_a_row_of_no_segment_is_noticed() -> None:
    """By its qualifier, or in a loop that does not have it."""
    rows = (*BILLING_LEVEL.rows, Fields("CUR*85", "currencyCode"), Fields("CUR", "currencyCode"), Fields("K3", "text"))

    assert list(unreachable(replace(BILLING_LEVEL, rows=rows, loops=()))) == ["2000A CUR*85", "2000A K3"]
