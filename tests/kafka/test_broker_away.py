"""What is seen of a worker whose broker falls silent and comes back."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kafka.broker import Cluster
from tests.stream.support import WorkerProcess, claim, prepare, progress, until
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.kafka]

SettingsFor = Callable[[DeliveryGuarantee], Settings]


async def test_readiness_turns_within_15_seconds_and_says_who_is_silent(
    settings_for: SettingsFor, one_broker: Cluster, tmp_path: Path
) -> None:
    """Ready, not ready, ready again, each with a line; no line of a kind more than once a second."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE)
    await prepare(settings, [claim(0)], partitions=2)
    with WorkerProcess(settings, tmp_path, "worker") as worker:
        await progress(settings, 1)
        await until(lambda: bool(worker.events("ready")), "the worker says that it is ready")
        assert [each for each in worker.log_lines() if each["level"] in {"error", "critical"}] == []
        one_broker.brokers[0].pause()
        try:
            silent = time.monotonic()
            await until(lambda: worker.get("/readyz")[0] == 503, "the worker is not ready")
            assert time.monotonic() - silent < 15
            assert '"broker_answers":false' in worker.get("/readyz")[1]
            await until(lambda: bool(worker.events("broker-unreachable")), "it says which broker")
        finally:
            one_broker.brokers[0].resume()
        await until(lambda: bool(worker.events("ready-again")) or worker.process.poll() is not None, "it is back")
        lines = worker.log_lines()
        host, _, port = settings.brokers[0].rpartition(":")
        told = worker.events("broker-unreachable")[0]
        assert (told["host"], told["port"]) == (host, int(port))
        assert "broker_answers" in worker.events("not-ready")[0]["problem"]
        kinds = Counter(
            (each["event"], each.get("logger"), each["level"], each["timestamp"][:19])
            for each in lines
            if each["level"] != "info"
        )
        assert max(kinds.values()) <= 2  # twice within a second of the clock, once within any second
        assert worker.events("ready-again")
        assert worker.stop() == ExitCode.STOPPED
