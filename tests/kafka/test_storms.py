"""Storms on Apache Kafka, small enough for every change; `make storm` runs them large."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from schemas.dead_letter import DeadLetterReason
from tests.kafka import storms
from tests.kafka.broker import Cluster
from tests.kafka.hostile_storm import KILLERS, hostile_messages
from tests.kafka.measures import RECOVERY_MOST_S, recoveries
from tests.kafka.shadow_storm import shadow_storm
from tests.stream.support import DeliveryLedger, claim, kill_storm
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.crash_record import CRASHES_TO_DEAD_LETTER

pytestmark = [pytest.mark.kafka]

SettingsFor = Callable[[DeliveryGuarantee], Settings]


@pytest.fixture
def exactly_once(settings_for: SettingsFor) -> Settings:
    """Settings under the default delivery."""
    return settings_for(DeliveryGuarantee.EXACTLY_ONCE)


def assert_sound(ledger: DeliveryLedger, delivery: DeliveryGuarantee = DeliveryGuarantee.EXACTLY_ONCE) -> None:
    """No claim lost, none with two outcomes, none out of order; under exactly-once none twice."""
    assert ledger.flaws == (0, 0, 0)
    if delivery is DeliveryGuarantee.EXACTLY_ONCE:
        assert ledger.duplicated == 0


@pytest.mark.parametrize("delivery", list(DeliveryGuarantee))
async def test_three_kills_lose_nothing(delivery: DeliveryGuarantee, settings_for: SettingsFor, tmp_path: Path) -> None:
    """Three kill -9 of a whole worker with its pipeline, amid 2,000 claims."""
    settings = settings_for(delivery).model_copy(update={"instance_id": "worker-0"})

    assert_sound(await kill_storm(settings, tmp_path, sent=2000, kills=3), delivery)


@pytest.mark.parametrize("delivery", list(DeliveryGuarantee))
async def test_workers_that_come_and_go_lose_nothing(
    delivery: DeliveryGuarantee, settings_for: SettingsFor, tmp_path: Path
) -> None:
    """A join, a SIGTERM and a kill -9 mid-run: the smallest storm in which partitions change hands in every way."""
    assert_sound(await storms.two_workers(settings_for(delivery), tmp_path, sent=8000), delivery)


@pytest.mark.parametrize("is_graceful", [False, True], ids=["kill", "term"])
async def test_one_of_three_workers_is_ended_again_and_again(
    exactly_once: Settings, tmp_path: Path, *, is_graceful: bool
) -> None:
    """Each is replaced at once; a SIGTERM under load ends with 0 within 20 s."""
    assert_sound(await storms.kills(exactly_once, tmp_path, sent=5000, rounds=4, is_graceful=is_graceful))


async def test_a_worker_that_was_frozen_beyond_its_session_is_fenced(exactly_once: Settings, tmp_path: Path) -> None:
    """What the zombie had begun is aborted, and done by who has its partitions now."""
    assert_sound(await storms.freezes(exactly_once, tmp_path, sent=4000, rounds=1))


async def test_a_broker_that_stands_still_loses_nothing(
    exactly_once: Settings, one_broker: Cluster, tmp_path: Path
) -> None:
    """Seconds without an answer, again and again."""
    assert_sound(await storms.slow_brokers(exactly_once, tmp_path, one_broker, sent=4000, rounds=2))


async def test_a_worker_whose_network_is_cut_is_fenced(
    exactly_once: Settings, one_broker: Cluster, tmp_path: Path
) -> None:
    """Connections break, and later only fall silent, for longer than the session."""
    assert_sound(await storms.cut_networks(exactly_once, tmp_path, one_broker, sent=4000, rounds=1))


async def test_a_record_that_was_damaged_on_its_way_is_not_passed_over(
    exactly_once: Settings, one_broker: Cluster, tmp_path: Path
) -> None:
    """The worker leaves and says why; what the broker has is whole, so the next one goes on."""
    assert_sound(await storms.damaged_records(exactly_once, tmp_path, one_broker, sent=50))


async def test_brokers_that_die_lose_nothing(three_brokers: Cluster, tmp_path: Path) -> None:
    """One of three dies and comes back; then all are away for 10 s."""
    settings = Settings(
        bootstrap_servers=three_brokers.address, topic_prefix="dying.", group_id="dying", session_timeout_s=6
    )

    assert_sound(await storms.dying_brokers(settings, tmp_path, three_brokers, sent=4000, rounds=1, dark_s=10))


async def test_workers_that_come_and_go_all_the_time_lose_nothing(exactly_once: Settings, tmp_path: Path) -> None:
    """Every 5 s one joins, is stopped or is killed, and the two that stay never leave."""
    assert_sound(await storms.comings_and_goings(exactly_once, tmp_path, sent=3000, seconds=20))


async def test_a_claim_that_kills_three_workers_of_a_group_is_a_dead_letter(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """Whoever has its partition dies, three times; then it is set aside, and every other claim has its outcome."""
    found = await storms.crash_loop(exactly_once, tmp_path, sent=3000)

    assert_sound(found.ledger)
    assert found.killed == CRASHES_TO_DEAD_LETTER
    assert found.letters == ((claim(1500, kill=True), DeadLetterReason.CRASH_LOOP),)


async def test_hostile_messages_of_every_kind_cost_nobody_else_anything(exactly_once: Settings, tmp_path: Path) -> None:
    """One in a hundred; each has its own end, and no worker ends but by the two claims that are made to end three."""
    found = await hostile_messages(exactly_once, tmp_path, sent=2100)

    assert_sound(found.ledger)
    assert found.wrong == ()
    assert found.left == ()
    assert found.killed <= KILLERS * CRASHES_TO_DEAD_LETTER


async def test_the_first_claim_after_a_kill_comes_soon(
    exactly_once: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twelve seconds under the default session timeout, and eight more for starting on a machine that others use."""
    default = int(Settings.model_fields["session_timeout_s"].default)
    settings = exactly_once.model_copy(update={"session_timeout_s": default})

    (found,) = await recoveries(settings, tmp_path, sent=4000, rounds=1)

    with capsys.disabled():
        click.echo(f"\n{found}")
    assert found.first_claim < RECOVERY_MOST_S + 8


async def test_transactions_of_version_1_are_as_exact(transactions_v1: Cluster, tmp_path: Path) -> None:
    """As every broker before Kafka 4.0 has them: a worker that freezes, and one that is killed again and again."""
    settings = Settings(bootstrap_servers=transactions_v1.address, session_timeout_s=6)
    for name in ("frozen", "killed"):
        (tmp_path / name).mkdir()
    frozen = settings.model_copy(update={"topic_prefix": "frozen.", "group_id": "frozen"})
    killed = settings.model_copy(update={"topic_prefix": "killed.", "group_id": "killed"})

    assert_sound(await storms.freezes(frozen, tmp_path / "frozen", sent=4000, rounds=1))
    assert_sound(await storms.kills(killed, tmp_path / "killed", sent=3000, rounds=3, is_graceful=False))


async def test_without_the_generation_a_frozen_worker_doubles(exactly_once: Settings, tmp_path: Path) -> None:
    """So the storm can fail: offsets that anybody may commit, and a dead process that nobody fences.

    A worker that is frozen while it has no claims in hand doubles none, so it is frozen several times.
    """
    weakened = ("-m", "tests.kafka.weakened_worker", "generation")

    ledger = await storms.freezes(exactly_once, tmp_path, sent=6000, rounds=3, program=weakened)

    assert ledger.duplicated > 0
    assert ledger.lost == 0


async def test_a_shadow_that_does_its_worst_changes_nothing(exactly_once: Settings, tmp_path: Path) -> None:
    """It raises, loops, backtracks, eats memory and ends itself while workers are killed: the outcomes are the same."""
    storm = await shadow_storm(exactly_once, tmp_path, sent=3000, rounds=2)

    assert_sound(storm.ledger)
    assert (storm.other_verdicts, storm.strayed) == (0, 0)
    assert storm.differences + storm.failures > 0
