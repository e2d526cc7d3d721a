"""The memory of earlier claims on Apache Kafka: what each claim sees, whatever happens to the workers."""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.kafka.broker import Cluster
from tests.kafka.history_storms import (
    PARTITIONS,
    history_over_dying_brokers,
    history_storm,
    history_under_cuts,
    killed_while_restoring,
    read_all,
    remembering,
    with_memory,
)
from tests.kafka.remembering_worker import UNRESTORED, WHEN_JUDGED
from tests.kafka.replayed import scrub_replay_and_copy
from tests.stream.support import WorkerProcess, claim, outcomes_when, until
from worker.history.key import read_key, write_key
from worker.kafka.send import send_claims, send_forget
from worker.kafka.topics import create_topics
from worker.samples.synthetic import RECEIVED_ON
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.kafka]

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


async def test_a_worker_whose_network_is_cut_changes_nothing(
    settings: Settings, one_broker: Cluster, tmp_path: Path
) -> None:
    """It goes on judging for a while, and what it judged is refused by the group."""
    ledger = await history_under_cuts(settings, tmp_path, one_broker, sent=1500, patients=200, rounds=2, pause_s=0.15)

    assert ledger.flaws == (0, 0, 0, 0, 0), ledger


async def test_brokers_that_die_change_nothing(three_brokers: Cluster, tmp_path: Path) -> None:
    """Leaders of claims, changelog and transactions move while batches are committed."""
    plain = Settings(
        bootstrap_servers=three_brokers.address, topic_prefix="known.", group_id="known", session_timeout_s=6
    )

    ledger = await history_over_dying_brokers(
        with_memory(plain, tmp_path), tmp_path, three_brokers, sent=1500, patients=200, rounds=3, pause_s=0.15
    )

    assert ledger.flaws == (0, 0, 0, 0, 0), ledger


async def test_at_least_once_judges_on_the_same_histories(settings_for: SettingsFor, tmp_path: Path) -> None:
    """A claim may come twice after a crash, and sees then what it saw."""
    settings = with_memory(settings_for(DeliveryGuarantee.AT_LEAST_ONCE), tmp_path)

    ledger = await history_storm(settings, tmp_path, sent=1500, patients=200, kind="kill", rounds=3, pause_s=0.15)

    assert (ledger.lost, ledger.wrong) == (0, 0), ledger


@pytest.mark.skipif(
    "HISTORY_CONTROLS" not in os.environ,
    reason="chance decides whether a kill meets the moment between judging and committing; HISTORY_CONTROLS=1 runs it",
)
async def test_the_storm_can_fail(settings: Settings, tmp_path: Path) -> None:
    """A store that is written when a claim is judged, is read without order, and is not compared with the log."""
    ledger = await history_storm(
        settings,
        tmp_path,
        sent=1500,
        patients=200,
        kind="kill",
        rounds=6,
        pause_s=0.6,
        weakened=(WHEN_JUDGED, UNRESTORED),
    )

    assert ledger.wrong > 0, ledger


async def test_a_kill_amid_a_long_restore_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    """A worker with an empty volume is killed while it reads the changelog, and again; then it sees what was there."""
    found = await killed_while_restoring(settings, tmp_path, sent=4000, patients=100, kills=3)

    assert found.ledger.flaws == (0, 0, 0, 0, 0), found.ledger
    assert found.killed_amid > 0


async def test_who_is_forgotten_is_seen_by_nobody_and_gone_from_the_files(settings: Settings, tmp_path: Path) -> None:
    """By a message to the person's partition: tombstones and a mark in the changelog, no rows in the store."""
    await create_topics(settings, partitions=PARTITIONS)
    assert settings.history_key_file is not None
    key = read_key(settings.history_key_file)
    with remembering(settings, tmp_path):
        await send_claims(settings, [claim(number, p=7) for number in (0, 3)])
        await outcomes_when(settings, 2)
        await send_forget(settings, key.person("7"), key.partition("7", PARTITIONS))
        await send_claims(settings, [claim(6, p=7)])
        records = await outcomes_when(settings, 3)

    outcomes = [json.loads(each.value or b"") for each in records]
    seen = {document["claim"]["id"]: document["earlier"] for document in outcomes}
    log = await read_all(settings, settings.topics.history)
    assert seen[6] == []
    assert [each.value is None for each in log] == [False, False, True, True, False, False]


async def test_another_key_file_is_refused_with_a_sentence(settings: Settings, tmp_path: Path) -> None:
    """The group's memory was written under the first one; nothing is judged under the second."""
    await create_topics(settings, partitions=PARTITIONS)
    with remembering(settings, tmp_path):
        await send_claims(settings, [claim(0, p=7)])
        await outcomes_when(settings, 1)
    write_key(tmp_path / "other.key")
    other = settings.model_copy(update={"history_key_file": tmp_path / "other.key"})

    with WorkerProcess(other, tmp_path, "other") as worker:
        await until(lambda: worker.process.poll() is not None, "the worker has left")

    (said,) = worker.events("history-refused")
    assert worker.process.returncode == ExitCode.SETTINGS
    assert "give this worker the key file of its group" in said["problem"]


async def test_what_is_remembered_is_replayed_in_its_own_place(settings_for: SettingsFor, tmp_path: Path) -> None:
    """No duplicate of itself, and one record of it in the changelog once that is compacted."""
    plain = settings_for(DeliveryGuarantee.EXACTLY_ONCE)
    settings = with_memory(plain.model_copy(update={"as_of": date.fromisoformat(RECEIVED_ON)}), tmp_path)

    found = await scrub_replay_and_copy(settings, tmp_path, WorkerProcess)

    assert found.edits == [[], [], [], [], [], ["IDN-07"]]
    assert len(found.ids) == 3
    assert len({each.key for each in await read_all(settings, settings.topics.history)}) == 2


async def test_each_claim_sees_the_decisions_before_it_whatever_happens(settings: Settings, tmp_path: Path) -> None:
    """Workers that route claims and decisions are killed between judging and committing: all of both, once."""
    ledger = await history_storm(
        settings, tmp_path, sent=1500, patients=200, kind="kill", rounds=3, pause_s=0.15, decided=300
    )

    assert ledger.flaws == (0, 0, 0, 0, 0), ledger
    assert ledger.freed > 100, ledger
