"""Which connections are counted, and what is missing."""

from types import SimpleNamespace
from typing import Any

from worker.observe.recorder import Recorder
from worker.stream.connection_metrics import watch_connections


def client(connections: int) -> Any:  # Any: the part of aiokafka's client that is looked at
    """A client with so many open connections."""
    reader = SimpleNamespace(at_eof=lambda: False)
    return SimpleNamespace(_conns={number: SimpleNamespace(_reader=reader) for number in range(connections)})


def shown(consumer: Any, *clients: Any) -> tuple[float, float]:  # Any: clients
    """Open and missing connections as the metric shows them."""
    recorder = Recorder()
    group: Any = SimpleNamespace(client=consumer)  # Any: the part of a group that is looked at
    committer: Any = SimpleNamespace(clients=clients)  # Any: the part of a committer that is looked at
    watch_connections(recorder, group, committer)
    return recorder.value("kafka_connections", "open"), recorder.value("kafka_connections", "missing")


def test_a_client_without_a_connection_misses_one() -> None:
    """The open ones are counted, the clients without any too; a consumer that has not started is not a client yet."""
    assert shown(None) == (0, 0)
    assert shown(client(3)) == (3, 0)
    assert shown(client(3), client(1), client(0)) == (4, 1)
    assert shown(client(0), client(0)) == (0, 2)


def test_the_metric_follows_the_clients() -> None:
    """It is worked out at each scrape: the committer connects after the port answers."""
    recorder = Recorder()
    committer: Any = SimpleNamespace(clients=())  # Any: the part of a committer that is looked at
    group: Any = SimpleNamespace(client=client(2))  # Any: likewise
    watch_connections(recorder, group, committer)
    assert recorder.total("kafka_connections") == 2

    committer.clients = (client(5),)
    assert recorder.total("kafka_connections") == 7
