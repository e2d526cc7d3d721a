"""One worker, killed again and again, on the embedded broker."""

from pathlib import Path

import pytest

from tests.stream.support import kill_storm
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]


async def test_three_kills_lose_nothing(settings: Settings, tmp_path: Path) -> None:
    """Three kill -9 amid 5,000 claims lose none, and under exactly-once no reader sees one twice."""
    ledger = await kill_storm(settings, tmp_path, sent=5000, kills=3)

    assert (ledger.lost, ledger.conflicting) == (0, 0)
    if settings.delivery is DeliveryGuarantee.EXACTLY_ONCE:
        assert ledger.duplicated == 0
