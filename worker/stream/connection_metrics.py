"""Shows how many connections to brokers a worker has, worked out when Prometheus asks."""

from worker.observe.recorder import Recorder
from worker.stream.delivery import Delivery
from worker.stream.faust_transport import Group, open_connections


def watch_connections(recorder: Recorder, group: Group, delivery: Delivery) -> None:
    """Let the metric count the connections of the consumer and of the producers of outcomes."""

    def counts() -> list[int]:
        # Called on the thread of the scrape: a tuple is made in one step.
        clients = [producer.client for producer in tuple(delivery.producers)]
        if group.client is not None:
            clients.append(group.client)
        return [open_connections(each) for each in clients]

    recorder.compute("kafka_connections", lambda: sum(counts()), "open")
    # aiokafka forgets a connection that broke, so what is missing shows as a client without any.
    recorder.compute("kafka_connections", lambda: counts().count(0), "missing")
