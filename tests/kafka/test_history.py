"""The memory of earlier claims on Apache Kafka: what each claim sees, whatever happens to the workers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kafka.history_storms import history_storm, with_memory
from tests.kafka.remembering_worker import UNRESTORED, WHEN_JUDGED
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

SettingsFor = Callable[[DeliveryGuarantee], Settings]


@pytest.fixture
def settings(settings_for: SettingsFor, tmp_path: Path) -> Settings:
    """Settings of a worker that routes and remembers."""
    return with_memory(settings_for(DeliveryGuarantee.EXACTLY_ONCE), tmp_path)


@pytest.mark.parametrize("kind", ["kill", "freeze", "away"])
async def test_each_claim_sees_those_of_its_patient_before_it(kind: str, settings: Settings, tmp_path: Path) -> None:
    """Three workers that route and judge, and stand still between judging and committing."""
    ledger = await history_storm(
        settings, tmp_path, sent=1500, patients=200, kind=kind, rounds=1 if kind == "freeze" else 3, pause_s=0.15
    )

    assert ledger.flaws == (0, 0, 0, 0, 0), ledger


@pytest.mark.parametrize("weakened", [(WHEN_JUDGED,), (WHEN_JUDGED, UNRESTORED)], ids=["at once", "not restored"])
async def test_the_storm_can_fail(weakened: tuple[str, ...], settings: Settings, tmp_path: Path) -> None:
    """A store that knows more than was committed, or less."""
    ledger = await history_storm(
        settings, tmp_path, sent=1500, patients=200, kind="kill", rounds=4, pause_s=0.3, weakened=weakened
    )

    assert ledger.wrong > 0, ledger
