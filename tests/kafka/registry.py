"""Fetches Apicurio Registry with Maven and runs it in memory on loopback; it speaks the REST API of Confluent."""

import contextlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.kafka.broker import KafkaMissingError, free_ports

REGISTRY_VERSION = "2.6.13.Final"
"""The last one that runs on Java 17."""

_READY_S = 120.0
_POLL_S = 0.2
_FETCH = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


def jars() -> Path:
    """Return the folder with the registry's jars, fetched by Maven the first time (140 MB)."""
    for command in ("java", "mvn"):
        if shutil.which(command) is None:
            raise KafkaMissingError(f"the tests on a schema registry need `{command}` (Java 17 and Maven)")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    home = cache / "claimscrub" / f"apicurio-{REGISTRY_VERSION}"
    complete = home / "complete"
    if complete.exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    artifact = f"io.apicurio:apicurio-registry-app:{REGISTRY_VERSION}:tar.gz:all"
    fetched = subprocess.run(
        ["mvn", "-q", "-B", _FETCH, f"-Dartifact={artifact}", f"-DoutputDirectory={home}"],
        cwd=home,
        capture_output=True,
        check=False,
        timeout=280,
    )
    if fetched.returncode:
        raise KafkaMissingError("Maven could not fetch Apicurio Registry; see `mvn` in " + str(home))
    archive = home / f"apicurio-registry-app-{REGISTRY_VERSION}-all.tar.gz"
    with tarfile.open(archive) as packed:
        packed.extractall(home, filter="data")
    archive.unlink()
    complete.touch()
    return home


@contextlib.contextmanager
def schema_registry() -> Iterator[str]:
    """Run a registry that is empty, and yield the address of its API; it ends with the block."""
    home, (port,) = jars(), free_ports(1)
    address = f"http://127.0.0.1:{port}/apis/ccompat/v7"
    folder = Path(tempfile.mkdtemp(prefix="claimscrub-registry-"))
    try:
        with (folder / "registry.log").open("ab") as log:
            process = subprocess.Popen(
                [
                    "java",
                    "-Xmx384m",
                    "-XX:TieredStopAtLevel=1",
                    "-Dquarkus.http.host=127.0.0.1",
                    f"-Dquarkus.http.port={port}",
                    "-cp",
                    f"{home}/*:{home}/lib/*",
                    "io.quarkus.runner.GeneratedMain",
                ],
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_open(process, address)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_open(process: subprocess.Popen[bytes], address: str) -> None:
    # Whatever proxy the environment names is not asked for loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise KafkaMissingError("Apicurio Registry left while it started; see registry.log")
        with contextlib.suppress(OSError), opener.open(f"{address}/subjects", timeout=5):
            return
        time.sleep(_POLL_S)
    raise KafkaMissingError(f"Apicurio Registry did not answer within {_READY_S:.0f} s")
