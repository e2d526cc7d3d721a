"""Slow clients of the port while claims flow: a whole worker answers its probes, and no claim is harmed."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from statistics import median

import pytest

from tests.inputs.hostile import claim_with
from tests.stream.support import REAL_WORKER, DeliveryLedger, WorkerProcess, committed, outcomes, prepare, progress
from worker.kafka.connection import open_producer
from worker.samples import synthetic
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

CLIENTS = 500
ASKED = 20
PAUSE_S = 0.05
COME_BACK_S = 1.0
MOST_S = 1.0
MOST_TIMES = 10
"""On a machine that others keep busy an answer may take so many times as long as without slow clients."""


@contextlib.asynccontextmanager
async def slow_clients(port: int) -> AsyncIterator[None]:
    """Clients that each begin a request and never end it, and begin again when they are broken off; all are in."""
    began, all_in = set[int](), asyncio.Event()

    async def be_slow(number: int) -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
                    await writer.drain()
                    began.add(number)
                    if len(began) == CLIENTS:
                        all_in.set()
                    await reader.read()
                finally:
                    writer.close()
                    await writer.wait_closed()
            await asyncio.sleep(COME_BACK_S)

    async with asyncio.TaskGroup() as tasks:
        clients = [tasks.create_task(be_slow(number)) for number in range(CLIENTS)]
        await all_in.wait()
        yield
        for client in clients:
            client.cancel()


async def answered_s(worker: WorkerProcess) -> list[float]:
    """Ask whether the worker lives, again and again; return how long each answer took."""
    found = []
    for _ in range(ASKED):
        began = time.monotonic()
        status, _ = await asyncio.to_thread(worker.get, "/livez")
        found.append(time.monotonic() - began)
        assert status == 200
    return found


@contextlib.asynccontextmanager
async def claims_that_flow(settings: Settings) -> AsyncIterator[list[int]]:
    """Claims that are sent for as long as the block lasts; their numbers."""
    sent = list[int]()

    async def send() -> None:
        async with open_producer(settings) as producer:
            for number in itertools.count():
                await producer.send_and_wait(settings.topics.inbound, claim_with(number, ""), key=b"key")
                sent.append(number)
                await asyncio.sleep(PAUSE_S)

    task = asyncio.create_task(send())
    try:
        yield sent
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_500_slow_clients_keep_no_probe_and_no_claim_waiting(exactly_once: Settings, tmp_path: Path) -> None:
    """They come back after they are broken off, and claims come in all the time."""
    settings = exactly_once.model_copy(update={"as_of": date.fromisoformat(synthetic.RECEIVED_ON)})
    await prepare(settings, [], partitions=1)

    with WorkerProcess(settings, tmp_path, "worker", REAL_WORKER) as worker:
        async with claims_that_flow(settings) as sent:
            await progress(settings, 1)
            alone = await answered_s(worker)
            async with slow_clients(worker.events("starting")[0]["port"]):
                before = await committed(settings)
                among = await answered_s(worker)
                await progress(settings, max(before, len(sent)) + 1)
        # The last one may have been on its way when its sender was told to stop.
        await progress(settings, len(sent))
        assert worker.stop() == 0

    assert median(among) < max(MOST_S, MOST_TIMES * median(alone))
    found = await outcomes(settings)
    ledger = DeliveryLedger.of(len(sent), found)
    assert (*ledger.flaws, ledger.duplicated) == (0, 0, 0, 0)
    assert {each.topic for each in found} == {settings.topics.scrubbed}
