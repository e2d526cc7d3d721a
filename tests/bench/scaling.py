"""Two workers of one group beside one, with the processor time of each and of the broker, on Apache Kafka."""

from collections.abc import Callable
from functools import partial

from rich.console import Console

from tests.bench.measure import Series, in_turn
from tests.bench.worker_runs import BROKER, EXACTLY_ONCE, Saturated, apache_kafka, saturated
from tests.kafka.broker import KafkaMissingError

ONE, TWO = "one process", "two processes"


def measure_scaling(rounds: int, claims: int, console: Console) -> list[Series]:
    """Nothing without Apache Kafka: the embedded broker completes no rebalance of two members."""
    try:
        with apache_kafka() as bench:
            measures = {
                name: partial(saturated, bench, claims, EXACTLY_ONCE, processes)
                for name, processes in ((ONE, 1), (TWO, 2))
            }
            console.print(f"Scaling: {rounds} rounds of one process and two over {claims:,} claims ...")
            runs = in_turn(measures, rounds)
    except KafkaMissingError as missing:
        console.print(f"Scaling is not measured: {missing}")
        return []
    beside = partial(_beside, runs[ONE], runs[TWO])
    return [
        *beside("", "claims/s", lambda run: run.claims_a_second),
        *beside("processor time of the workers, ", "µs/claim", lambda run: _workers_s(run) * 1e6),
        *beside("processor time of the broker, ", "µs/claim", lambda run: run.cpu_seconds[BROKER] * 1e6),
        *beside("share of the broker in both, ", "%", _share_of_broker),
        *beside("processors in use by both, ", "%", lambda run: sum(run.cpu_seconds.values()) / run.seconds * 100),
    ]


def _beside(
    one: list[Saturated], two: list[Saturated], what: str, unit: str, figure: Callable[[Saturated], float]
) -> tuple[Series, Series]:
    floor = [figure(run) for run in one]
    return Series(what + ONE, unit, floor), Series(what + TWO, unit, [figure(run) for run in two], ONE, floor)


def _workers_s(run: Saturated) -> float:
    return sum(seconds for name, seconds in run.cpu_seconds.items() if name != BROKER)


def _share_of_broker(run: Saturated) -> float:
    return run.cpu_seconds[BROKER] / sum(run.cpu_seconds.values()) * 100
