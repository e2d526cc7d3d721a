"""Fetches Apache Kafka with Maven and runs one or three KRaft brokers on loopback, on ports that the system chose."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

KAFKA_VERSION = "4.1.0"
TRANSACTIONS = 2
"""The version of transactions that a new cluster of this Kafka has."""

_SCALA = "2.13"
_READY_S = 180.0
_STOP_S = 10.0
_POLL_S = 0.1

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>claimscrub</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_{_SCALA}</artifactId>
      <version>{KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


class KafkaMissingError(RuntimeError):
    """Apache Kafka cannot be fetched or run here; the text says in one sentence why."""


def jars() -> Path:
    """Return the folder with Kafka's jars, fetched by Maven the first time."""
    for command in ("java", "mvn"):
        if shutil.which(command) is None:
            raise KafkaMissingError(f"the tests on Apache Kafka need `{command}` (Java 17 and Maven)")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    home = cache / "claimscrub" / f"kafka-{KAFKA_VERSION}"
    libraries = home / "libs"
    complete = home / "complete"
    if complete.exists():
        return libraries
    home.mkdir(parents=True, exist_ok=True)
    (home / "pom.xml").write_text(_POM)
    fetched = subprocess.run(
        ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={libraries}"],
        cwd=home,
        capture_output=True,
        check=False,
        timeout=280,
    )
    if fetched.returncode:
        raise KafkaMissingError("Maven could not fetch Apache Kafka; see `mvn` in " + str(home))
    complete.touch()
    return libraries


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody has."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@dataclass
class Broker:
    """One broker, which is a controller too, and may die and come back."""

    node: int
    folder: Path
    port: int
    controller: int
    behind_proxy: int
    """Port of a second listener, which tells clients to come back through the proxy."""
    proxy: int
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """The host:port of the broker."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The id of the process, once it has been started."""
        if self._process is None:
            raise RuntimeError("the broker has not been started")
        return self._process.pid

    def write_settings(self, voters: str, count: int) -> Path:
        """Write the broker's settings and return the file."""
        copies, least = (3, 2) if count >= 3 else (1, 1)
        own = {
            "process.roles": "broker,controller",
            "node.id": self.node,
            "controller.quorum.voters": voters,
            "listeners": f"PLAINTEXT://{self.address},PROXIED://127.0.0.1:{self.behind_proxy},"
            f"CONTROLLER://127.0.0.1:{self.controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address},PROXIED://127.0.0.1:{self.proxy}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self.folder / "data",
            "auto.create.topics.enable": "false",
            "min.insync.replicas": least,
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": least,
            "transaction.state.log.num.partitions": 4,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "broker.session.timeout.ms": 6000,
        }
        file = self.folder / "server.properties"
        file.write_text("\n".join(f"{name}={value}" for name, value in own.items()))
        return file

    def format(self, cluster: str, settings: Path, *more: str) -> None:
        """Prepare the empty data folder."""
        command = ("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings), *more)
        subprocess.run(_java(jars(), self.folder, *command), check=True, capture_output=True, timeout=60)

    def start(self) -> None:
        """Start the process, for the first time or again over the same data."""
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                _java(jars(), self.folder, "kafka.Kafka", str(self.folder / "server.properties")),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until_open(self) -> None:
        """Wait until the broker accepts connections."""
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise KafkaMissingError("Apache Kafka left while it started; see broker.log")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(_POLL_S)
        raise KafkaMissingError(f"Apache Kafka did not answer within {_READY_S:.0f} s")

    def kill(self) -> None:
        """Kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Freeze the broker: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen broker go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self) -> None:
        """End the broker, frozen or not."""
        if self._process is not None and self._process.poll() is None:
            self.resume()
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass(frozen=True)
class Cluster:
    """Brokers that know each other."""

    brokers: tuple[Broker, ...]

    @property
    def address(self) -> str:
        """The host:port of every broker."""
        return ",".join(broker.address for broker in self.brokers)


def _java(libraries: Path, folder: Path, *arguments: str) -> list[str]:
    return [
        "java",
        "-Xms128m",
        "-Xmx384m",
        # Several machines share few cores: the compiler of the second stage would take one for minutes.
        "-XX:TieredStopAtLevel=1",
        f"-Dkafka.logs.dir={folder}",
        "-cp",
        f"{libraries}/*",
        *arguments,
    ]


@contextlib.contextmanager
def kafka_cluster(count: int = 1, *, transactions: int = TRANSACTIONS) -> Iterator[Cluster]:
    """Run some brokers; they end with the block, however that ends. Three keep each record on at least two.

    Args:
        count: How many.
        transactions: The version of transactions that the cluster finalizes; before Kafka 4.0 there was only the first.
    """
    jars()
    folder = Path(tempfile.mkdtemp(prefix="claimscrub-kafka-"))
    ports = free_ports(4 * count)
    brokers = []
    for node in range(count):
        home = folder / str(node)
        home.mkdir()
        port, controller, behind_proxy, proxy = ports[4 * node : 4 * node + 4]
        brokers.append(Broker(node + 1, home, port, controller, behind_proxy, proxy))
    voters = ",".join(f"{broker.node}@127.0.0.1:{broker.controller}" for broker in brokers)
    cluster = uuid4().hex[:22]
    try:
        for broker in brokers:
            broker.format(
                cluster, broker.write_settings(voters, count), "--feature", f"transaction.version={transactions}"
            )
        for broker in brokers:
            broker.start()
        for broker in brokers:
            broker.wait_until_open()
        yield Cluster(tuple(brokers))
    finally:
        for broker in brokers:
            broker.stop()
        shutil.rmtree(folder, ignore_errors=True)
