"""Runs the storms large and writes their figures: `python -m tests.kafka`, or `make storm`."""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from tests.kafka import measures, storms
from tests.kafka.broker import KAFKA_VERSION, TRANSACTIONS, Cluster, kafka_cluster
from tests.kafka.hostile_storm import HostileStorm, hostile_messages
from tests.kafka.measures import RESULTS, Measured
from tests.kafka.shadow_storm import ShadowStorm, shadow_storm
from tests.stream.support import DeliveryLedger
from worker.bootstrap import version
from worker.kafka.topics import create_topics
from worker.settings import DeliveryGuarantee, Settings

LEAST = 8_000
"""With fewer claims a storm is over before it has begun."""

StormResult = DeliveryLedger | Measured | HostileStorm | ShadowStorm
Storm = Callable[[Settings, Path, Cluster, int], Awaitable[StormResult]]
"""A storm over so many claims."""


@dataclass(frozen=True)
class Entry:
    """One storm: what it is called, how many claims it has at scale 1, and how many brokers."""

    name: str
    sent: int
    brokers: int
    run: Storm
    limit_s: float = 1800.0


STORMS = (
    Entry("hand-over", 8_000, 1, lambda s, f, _, n: storms.two_workers(s, f, sent=n)),
    Entry("kill-9", 100_000, 1, lambda s, f, _, n: storms.kills(s, f, sent=n, rounds=20, is_graceful=False)),
    Entry("sigterm", 100_000, 1, lambda s, f, _, n: storms.kills(s, f, sent=n, rounds=20, is_graceful=True)),
    Entry("freeze", 20_000, 1, lambda s, f, _, n: storms.freezes(s, f, sent=n, rounds=4)),
    Entry("churn", 40_000, 1, lambda s, f, _, n: storms.comings_and_goings(s, f, sent=n, seconds=180)),
    Entry("slow-broker", 20_000, 1, lambda s, f, c, n: storms.slow_brokers(s, f, c, sent=n, rounds=6)),
    Entry("network-cut", 20_000, 1, lambda s, f, c, n: storms.cut_networks(s, f, c, sent=n, rounds=4)),
    Entry("broker-kill", 20_000, 3, lambda s, f, c, n: storms.dying_brokers(s, f, c, sent=n, rounds=5, dark_s=0)),
    Entry("brokers-gone", 20_000, 3, lambda s, f, c, n: storms.dying_brokers(s, f, c, sent=n, rounds=0, dark_s=60)),
    Entry("recovery", 40_000, 1, lambda s, f, _, n: measures.recovery(s, f, sent=n, rounds=5)),
    Entry("ready", 0, 1, lambda s, f, _, n: measures.ready(s, f, partitions=200)),  # noqa: ARG005 -- it has its own count
    Entry("silence", 0, 1, lambda s, f, _, n: measures.silence(s, f, seconds=30)),  # noqa: ARG005 -- likewise
    Entry("backlog", 10_000, 1, lambda s, f, _, n: measures.backlog(s, f, sent=n, seconds=600)),
    Entry("hostile", 20_000, 1, lambda s, f, _, n: hostile_messages(s, f, sent=n)),
    Entry("shadow", 20_000, 1, lambda s, f, _, n: shadow_storm(s, f, sent=n, rounds=5)),
    Entry("crash-loop", 150_000, 1, lambda s, f, _, n: measures.crash_loops(s, f, sent=3000, rounds=n // 3000), 7200),
)


def main() -> int:
    """Run the storms that are asked for; return 1 if one of them broke what is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=[entry.name for entry in STORMS], help="one storm; repeatable"
    )
    parser.add_argument(
        "--delivery", type=DeliveryGuarantee, choices=list(DeliveryGuarantee), default=DeliveryGuarantee.EXACTLY_ONCE
    )
    parser.add_argument("--scale", type=float, default=1.0, help="part of the claims of the large storms")
    parser.add_argument("--partitions", type=int, default=storms.PARTITIONS, help="of each topic of claims")
    parser.add_argument(
        "--transactions", type=int, choices=(1, 2), default=TRANSACTIONS, help="the version that brokers have of them"
    )
    parser.add_argument("--minutes", type=float, default=90.0, help="begin no storm after so long")
    chosen = parser.parse_args()
    began, rows = time.monotonic(), []
    for entry in STORMS:
        if chosen.only and entry.name not in chosen.only:
            continue
        if time.monotonic() - began > chosen.minutes * 60:
            click.echo(f"{entry.name}: not run, the time is up")
            continue
        sent = max(LEAST, round(entry.sent * chosen.scale))
        rows.append(_run(entry, chosen.delivery, sent, chosen.partitions, chosen.transactions))
        _write(rows)
    return int(any(not row["sound"] for row in rows))


def _run(entry: Entry, delivery: DeliveryGuarantee, sent: int, partitions: int, transactions: int) -> dict[str, object]:
    name = f"{entry.name}.{delivery.value}"
    cluster_of = kafka_cluster(entry.brokers, transactions=transactions)
    with cluster_of as cluster, tempfile.TemporaryDirectory(prefix="claimscrub-storm-") as folder:
        settings = Settings(
            bootstrap_servers=cluster.address,
            delivery=delivery,
            topic_prefix=f"{name}.",
            group_id=name,
            session_timeout_s=6,
        )
        if partitions != storms.PARTITIONS:
            # A storm takes the topics that are there.
            asyncio.run(create_topics(settings, partitions=partitions))
        began = time.monotonic()
        result = asyncio.run(_bounded(entry.run(settings, Path(folder), cluster, sent), entry.limit_s))
        seconds = time.monotonic() - began
    figures = asdict(result) if isinstance(result, DeliveryLedger) else result.figures
    row = {
        "storm": entry.name,
        "delivery": delivery.value,
        "partitions": partitions,
        "transactions": transactions,
        **figures,
        "seconds": round(seconds),
        "sound": _is_sound(result, delivery),
    }
    click.echo("  ".join(f"{name} {value}" for name, value in row.items()))
    return row


def _is_sound(result: StormResult, delivery: DeliveryGuarantee) -> bool:
    if not isinstance(result, DeliveryLedger):
        return result.is_sound
    return result.flaws == (0, 0, 0) and (delivery is DeliveryGuarantee.AT_LEAST_ONCE or not result.duplicated)


async def _bounded(storm: Awaitable[StormResult], limit_s: float) -> StormResult:
    return await asyncio.wait_for(storm, limit_s)


def _write(rows: list[dict[str, object]]) -> None:
    RESULTS.mkdir(exist_ok=True)
    machine = {
        "kafka": KAFKA_VERSION,
        "claimscrub": version(),
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": os.cpu_count(),
    }
    (RESULTS / "storms.json").write_text(json.dumps({"machine": machine, "storms": rows}, indent=2) + "\n")
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = [names, ["---"] * len(names), *[[str(row.get(name, "")) for name in names] for row in rows]]
    (RESULTS / "storms.md").write_text("".join(f"| {' | '.join(row)} |\n" for row in table))


if __name__ == "__main__":
    sys.exit(main())
