"""What the libraries below the worker cannot read, on Apache Kafka."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas import dead_letter as dlq
from schemas.dead_letter import DeadLetterReason
from tests.stream.hostile_bytes import is_read_past
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka]


async def test_a_record_that_no_library_reads_costs_its_own_offset(
    settings_for: Callable[[DeliveryGuarantee], Settings], tmp_path: Path
) -> None:
    """Kafka unpacks what it takes: it stores the bad header name and the bomb, and refuses the third."""
    letters = await is_read_past(settings_for(DeliveryGuarantee.EXACTLY_ONCE), tmp_path)

    assert [dict(each.headers)[dlq.HEADER_REASON].decode() for each in letters] == [
        DeadLetterReason.HEADER_NOT_UTF8,
        DeadLetterReason.UNREADABLE,
    ]
