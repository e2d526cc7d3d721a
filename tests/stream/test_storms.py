"""One worker, killed again and again, on the embedded broker."""

from pathlib import Path

import pytest

from tests.stream.forks import ForkedWorker
from tests.stream.support import kill_storm
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]


async def test_three_kills_lose_nothing(settings: Settings, tmp_path: Path) -> None:
    """Three kill -9 amid 3,000 claims lose none, and under exactly-once no reader sees one twice."""
    ledger = await kill_storm(settings, tmp_path, sent=3000, kills=3, start=ForkedWorker)

    assert (ledger.lost, ledger.conflicting) == (0, 0)
    if settings.delivery is DeliveryGuarantee.EXACTLY_ONCE:
        assert ledger.duplicated == 0
