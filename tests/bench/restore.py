"""Prints how a memory of millions of claims is restored: `python -m tests.bench.restore --claims 2000000`.

A changelog is written as workers write it, in transactions, to one partition of Apache Kafka. A process with the
pipeline in it, as a worker is, restores it to an empty volume, and another one opens it again.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final

import orjson
from aiokafka import AIOKafkaProducer
from faust.types import TP

from tests.bench.worker_runs import apache_kafka
from tests.inputs.earlier_claims import claim, line
from worker.bootstrap import build_pipeline
from worker.history.entry import encode
from worker.history.key import read_key, write_key
from worker.history.store import HistoryRecord
from worker.kafka.connection import Client, client_options
from worker.kafka.topics import create_topics
from worker.observe.recorder import Recorder
from worker.settings import HistoryMode, Settings
from worker.stream.history.changelog import written
from worker.stream.history.histories import Histories
from worker.stream.history.position import HistoryPosition

EACH: Final = 5
"""Claims of a patient."""
FIRST: Final = date(2025, 3, 1)
CODES: Final = ("J1745", "96413", "96415", "J2357", "96372", "J0897", "J9271")


def records(claims: int) -> Iterator[HistoryRecord]:
    """Yield what is remembered of claims with three lines, of patients who come five times."""
    random = Random(0)
    for number in range(claims):
        day = FIRST + timedelta(days=number * 400 // claims)
        lines = [
            line(random.choice(CODES), day)._replace(
                modifiers=("JZ",), rendering=random.randbytes(8), ndc="57894003001" if place == 0 else ""
            )
            for place in range(3)
        ]
        made = claim(str(number), *lines, received_on=day)._replace(outcome=random.randbytes(8))
        made = made._replace(content=random.randbytes(8), specialty=random.randbytes(8))
        person = (number * 7919 % max(1, claims // EACH)).to_bytes(16, "big")
        yield HistoryRecord(person, random.randbytes(16), number, day, encode(made))


async def write(settings: Settings, claims: int, together: int) -> None:
    """Write the changelog of claims to partition 0, so many in a transaction."""
    await create_topics(settings, partitions=1)
    producer: Client = AIOKafkaProducer(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        **client_options(settings), transactional_id="restore", linger_ms=20, max_batch_size=1 << 18
    )
    async with producer:
        part: list[HistoryRecord] = []
        count = 0
        for record in records(claims):
            part.append(record)
            if len(part) < together and count + len(part) < claims:
                continue
            async with producer.transaction():
                for each in written(settings.topics.history, 0, count, part):
                    await producer.send(
                        each.topic, each.value, key=each.key, headers=list(each.headers), partition=each.partition
                    )
            count, part = count + len(part), []


async def opened(settings: Settings, claims: int) -> dict[str, float]:
    """Open the memory of the partition, and return what that took."""
    if settings.history_key_file is None or settings.history_dir is None:
        raise ValueError("a memory needs a key and a folder")
    pipeline = build_pipeline()
    before = _mebibytes()
    histories = Histories(settings, read_key(settings.history_key_file), 1, Recorder())
    position = HistoryPosition(claims, histories.key.fingerprint, 1, FIRST, 0)
    clock, spent = perf_counter(), process_time()
    history = await histories.open(TP(settings.judged_topic, 0), position, end=0)
    clock, spent = perf_counter() - clock, process_time() - spent
    await histories.close(history)
    histories.stop()
    size = sum(each.stat().st_size for each in settings.history_dir.iterdir())
    del pipeline
    return {"clock_s": clock, "cpu_s": spent, "before_mib": before, "peak_mib": _mebibytes(), "file_bytes": size}


def _mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Write, restore, open again, print."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.restore", description=__doc__)
    options.add_argument("--claims", type=int, default=2_000_000, help="claims, of a fifth as many patients")
    options.add_argument("--together", type=int, default=20, help="claims in a transaction")
    options.add_argument("--open", nargs=2, metavar=("SERVERS", "FOLDER"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.open:
        found = asyncio.run(opened(_settings(chosen.open[0], Path(chosen.open[1])), chosen.claims))
        print(orjson.dumps(found).decode())  # noqa: T201
        return
    with apache_kafka() as bench, TemporaryDirectory() as folder:
        write_key(Path(folder) / "history.key")
        settings = _settings(bench.servers, Path(folder))
        asyncio.run(write(settings, chosen.claims, chosen.together))
        log = bench.log_bytes(settings.topics.history, 0)
        print(f"changelog      {log / chosen.claims:8.0f} bytes a claim")  # noqa: T201
        for what in ("empty volume", "own volume"):
            command = [sys.executable, "-m", "tests.bench.restore", "--claims", str(chosen.claims), "--open"]
            told = subprocess.run([*command, bench.servers, folder], check=True, capture_output=True).stdout
            found = orjson.loads(told)
            print(  # noqa: T201
                f"{what:14} {found['clock_s']:8.2f} s, {chosen.claims / found['clock_s']:,.0f} records/s; of processor "
                f"time {found['cpu_s']:.2f} s, {chosen.claims / found['cpu_s']:,.0f} records/s; at the most "
                f"{found['peak_mib']:.0f} MiB (before {found['before_mib']:.0f}); file "
                f"{found['file_bytes'] / chosen.claims:.0f} bytes a claim"
            )


def _settings(servers: str, folder: Path) -> Settings:
    return Settings(
        bootstrap_servers=servers,
        topic_prefix="restore-",
        group_id="restore",
        history=HistoryMode.ROUTED,
        history_key_file=folder / "history.key",
        history_dir=folder / "memory",
    )


if __name__ == "__main__":
    main()
