"""Shows how many connections to brokers a worker has, worked out when Prometheus asks."""

from worker.observe.recorder import Recorder
from worker.stream.committer import Committer
from worker.stream.faust_transport import Group, open_connections


def watch_connections(recorder: Recorder, group: Group, committer: Committer) -> None:
    """Let the metric count the connections of the consumer and of the committer."""

    def counts() -> list[int]:
        clients = list(committer.clients)
        if group.client is not None:
            clients.append(group.client)
        return [open_connections(each) for each in clients]

    recorder.compute("kafka_connections", lambda: sum(counts()), "open")
    # aiokafka forgets a connection that broke, so what is missing shows as a client without any.
    recorder.compute("kafka_connections", lambda: counts().count(0), "missing")
