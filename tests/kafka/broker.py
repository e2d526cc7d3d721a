"""Fetches Apache Kafka with Maven and runs one KRaft broker, on loopback and on ports that the system chose."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

KAFKA_VERSION = "4.1.0"
_SCALA = "2.13"
_READY_S = 60.0
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


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _properties(folder: Path, port: int, controller: int) -> str:
    return "\n".join(
        [
            "process.roles=broker,controller",
            "node.id=1",
            f"controller.quorum.voters=1@127.0.0.1:{controller}",
            f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}",
            "controller.listener.names=CONTROLLER",
            f"log.dirs={folder / 'data'}",
            "auto.create.topics.enable=false",
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=4",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "transaction.state.log.num.partitions=4",
            "group.initial.rebalance.delay.ms=0",
            "group.min.session.timeout.ms=1000",
        ]
    )


def _java(libraries: Path, folder: Path, *arguments: str) -> list[str]:
    return [
        "java",
        "-Xms128m",
        "-Xmx384m",
        f"-Dkafka.logs.dir={folder}",
        "-cp",
        f"{libraries}/*",
        *arguments,
    ]


@contextlib.contextmanager
def kafka_broker() -> Iterator[str]:
    """Run one broker and yield its `host:port`; it ends with the block, however that ends."""
    libraries = jars()
    folder = Path(tempfile.mkdtemp(prefix="claimscrub-kafka-"))
    port, controller = _free_ports(2)
    settings = folder / "server.properties"
    settings.write_text(_properties(folder, port, controller))
    cluster = uuid4().hex[:22]
    subprocess.run(
        _java(libraries, folder, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)),
        check=True,
        capture_output=True,
        timeout=60,
    )
    log = (folder / "broker.log").open("wb")
    process = subprocess.Popen(
        _java(libraries, folder, "kafka.Kafka", str(settings)), stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait_until_open(process, port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise KafkaMissingError(f"Apache Kafka left with exit code {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(_POLL_S)
    raise KafkaMissingError(f"Apache Kafka did not answer within {_READY_S:.0f} s")
