"""One transaction a worker beside the release with a producer a partition, over the same work on each claim.

The pipeline was another one then, so both have a scrubber that always takes as much (`busy_worker`). On Apache Kafka
only, and with the history of the repository.
"""

from collections.abc import Callable
from functools import partial
from statistics import median

from rich.console import Console

from tests.bench.latency import in_figures, latency
from tests.bench.measure import Series, beside, in_turn
from tests.bench.worker_runs import BROKER, BUSY, BUSY_EARLIER, FIRST, Saturated, apache_kafka, saturated
from tests.kafka.broker import KafkaMissingError

PARTITIONS = (6, 24)

_FIGURES: dict[tuple[str, str], Callable[[Saturated], float]] = {
    ("", "claims/s"): lambda run: run.claims_a_second,
    ("processor time, ", "µs/claim"): lambda run: run.cpu_seconds[FIRST] * 1e6,
    ("processor time of the broker, ", "µs/claim"): lambda run: run.cpu_seconds[BROKER] * 1e6,
}


def measure_delivery(rounds: int, claims: int, console: Console) -> list[Series]:
    """Saturated with few partitions and with many, and at half of the earlier rate; what goes before does not count."""
    try:
        with apache_kafka() as bench:
            for name in (BUSY_EARLIER, BUSY):
                saturated(bench, claims // 4, name)
            console.print(f"Delivery: {rounds} rounds of {claims:,} claims over {PARTITIONS} partitions ...")
            full = in_turn(
                {
                    (partitions, name): partial(saturated, bench, claims, name, 1, partitions)
                    for partitions in PARTITIONS
                    for name in (BUSY_EARLIER, BUSY)
                },
                rounds,
            )
            # The slower of both is then far from saturated, on this machine as it is now.
            pace = median(run.claims_a_second for run in full[min(PARTITIONS), BUSY_EARLIER]) / 2
            console.print(f"Delivery: {rounds} rounds at {pace:.0f} claims/s, half of what a producer a partition does")
            paced = in_turn({name: partial(latency, bench, name, pace) for name in (BUSY_EARLIER, BUSY)}, rounds)
    except KafkaMissingError as missing:
        console.print(f"Delivery is not measured: {missing}")
        return []
    series = [
        each
        for partitions in PARTITIONS
        for (what, unit), figure in _FIGURES.items()
        for each in beside(
            unit,
            BUSY_EARLIER,
            {name: [figure(run) for run in full[partitions, name]] for name in (BUSY_EARLIER, BUSY)},
            f"{partitions} partitions, {what}",
        )
    ]
    return series + in_figures(paced, BUSY_EARLIER)
