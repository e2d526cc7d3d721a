"""Two workers of one group beside one, with the processor time of each and of the broker, on Apache Kafka."""

from collections.abc import Callable
from functools import partial

from rich.console import Console

from tests.bench.measure import Series, beside, in_turn
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
    figures: dict[tuple[str, str], Callable[[Saturated], float]] = {
        ("", "claims/s"): lambda run: run.claims_a_second,
        ("processor time of the workers, ", "µs/claim"): lambda run: _workers_s(run) * 1e6,
        ("processor time of the broker, ", "µs/claim"): lambda run: run.cpu_seconds[BROKER] * 1e6,
        ("share of the broker in both, ", "%"): _share_of_broker,
        ("processors in use by both, ", "%"): lambda run: sum(run.cpu_seconds.values()) / run.seconds * 100,
    }
    series = [
        each
        for (what, unit), figure in figures.items()
        for each in beside(unit, ONE, {name: [figure(run) for run in found] for name, found in runs.items()}, what)
    ]
    pairs = list(zip(runs[ONE], runs[TWO], strict=True))
    reached = [two.claims_a_second / one.claims_a_second * 100 for one, two in pairs]
    return [
        *series,
        Series("two beside one, the most that two processors can do", "%", [_bound(one) * 100 for one, _ in pairs]),
        Series("two beside one, reached", "%", reached),
    ]


def _bound(one: Saturated) -> float:
    """Return 2 W / (W + B): what two workers can do of one, where they have two processors together with the broker.

    W and B are the processor time of worker and broker for a claim.
    """
    return 2 * _workers_s(one) / (_workers_s(one) + one.cpu_seconds[BROKER])


def _workers_s(run: Saturated) -> float:
    return sum(seconds for name, seconds in run.cpu_seconds.items() if name != BROKER)


def _share_of_broker(run: Saturated) -> float:
    return run.cpu_seconds[BROKER] / sum(run.cpu_seconds.values()) * 100
