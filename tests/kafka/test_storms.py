"""Workers that die, join and leave, on Apache Kafka."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kafka.storms import two_workers
from tests.stream.support import kill_storm
from worker.settings import Delivery, Settings

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

SettingsFor = Callable[[Delivery], Settings]


@pytest.mark.parametrize("delivery", list(Delivery))
async def test_three_kills_lose_nothing(delivery: Delivery, settings_for: SettingsFor, tmp_path: Path) -> None:
    """Three kill -9 amid 5,000 claims lose none, and under exactly-once no reader sees one twice."""
    settings = settings_for(delivery).model_copy(update={"instance_id": "worker-0"})

    ledger = await kill_storm(settings, tmp_path, sent=5000, kills=3, limit_s=120)

    assert (ledger.lost, ledger.conflicting) == (0, 0)
    if delivery is Delivery.EXACTLY_ONCE:
        assert ledger.duplicated == 0


@pytest.mark.parametrize("delivery", list(Delivery))
async def test_workers_that_come_and_go_lose_nothing(
    delivery: Delivery, settings_for: SettingsFor, tmp_path: Path
) -> None:
    """A join, a SIGTERM and a kill -9 mid-run lose no claim, and under exactly-once repeat none."""
    ledger = await two_workers(settings_for(delivery), tmp_path, sent=8000)

    assert (ledger.lost, ledger.conflicting) == (0, 0)
    if delivery is Delivery.EXACTLY_ONCE:
        assert ledger.duplicated == 0
