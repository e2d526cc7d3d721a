"""Every worker of a group hears of new reference tables, on Apache Kafka."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.reference_update import ReferenceNotice
from tests.inputs.malformed import sound
from tests.stream.reference_folders import Config, has, shipped_config, updates
from tests.stream.support import REAL_WORKER, WorkerProcess, outcomes, prepare, progress, until
from worker.cli.commands import claimscrub
from worker.kafka.send import send_claims, send_notice
from worker.reference.build.loading import load_verified
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka]


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Config]:
    """A copy of the shipped configuration."""
    with shipped_config(tmp_path) as made:
        yield made


async def test_every_worker_of_a_group_swaps_and_one_that_starts_later_too(
    settings_for: Callable[[DeliveryGuarantee], Settings], config: Config, tmp_path: Path
) -> None:
    """`reference publish` reaches two workers; a third takes the newest good one before its first claim."""
    settings = config.settings(settings_for(DeliveryGuarantee.EXACTLY_ONCE)).model_copy(
        update={"instance_id": "worker-0"}
    )
    good = config.copy("reference-1", "32.1")
    digest = load_verified(good).digest
    await prepare(settings, [])
    other = settings.model_copy(update={"instance_id": "worker-1"})
    with (
        WorkerProcess(settings, tmp_path, "one", REAL_WORKER) as one,
        WorkerProcess(other, tmp_path, "two", REAL_WORKER) as two,
    ):
        await until(lambda: one.is_ready() and two.is_ready(), "both workers are ready")
        result = await asyncio.to_thread(_publish, settings, good)
        await until(lambda: has(one, digest) and has(two, digest), "both workers have swapped")
        assert result.splitlines()[0] == f"Digest {digest}"
        assert one.stop() == 0
        # Worse than no notice: the late worker must come to the tables that the other one kept.
        await send_notice(settings, ReferenceNotice(directory=str(config.folder / "gone"), digest="e" * 64))
        await send_claims(settings, [json.dumps(sound() | {"id": number}).encode() for number in range(20)])
        with WorkerProcess(settings, tmp_path, "late", REAL_WORKER) as late:
            # On a busy machine the other one has taken its partitions, and done its claims, before it has begun.
            await until(lambda: bool(late.events("starting")), "the late worker has begun")
            await progress(settings, 20)
            await until(lambda: sum(updates(two).values()) == 2, "the other worker has refused the second notice")
            await until(lambda: has(late, digest), "the late worker has come to the good tables")
            assert updates(late) == updates(two) == {"loaded": 1, "unchanged": 0, "superseded": 0, "rejected": 1}
            assert (late.stop(), two.stop()) == (0, 0)
    used = {json.loads(each.value or b"")["versions"]["reference"] for each in await outcomes(settings)}
    assert used == {digest}


def _publish(settings: Settings, folder: Path) -> str:
    environment = {
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "CLAIMSCRUB_TOPIC_PREFIX": settings.topic_prefix,
    }
    result = CliRunner(env=environment).invoke(claimscrub, ["reference", "publish", str(folder)])
    assert result.exit_code == 0, result.output
    return result.stdout
