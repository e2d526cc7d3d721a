"""Whatever ends a start is one line with the cause in words, written before the process is gone, and an exit code."""

import asyncio
import os
import shutil
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.kafka.broker import free_ports
from tests.kafka.proxy import Proxy, run_proxy
from tests.stream.forks import ForkedWorker
from tests.stream.support import FAILSAFE_S, REAL_WORKER, ROOT, WorkerProcess, claim, prepare, until
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode


class _OnPort(ForkedWorker):
    """A worker on a port that the test chose."""

    port = "0"

    @classmethod
    def environment(cls, settings: Settings) -> dict[str, str]:
        """Return the environment of the worker."""
        return ForkedWorker.environment(settings) | {"CLAIMSCRUB_HTTP_PORT": cls.port}


_WITHOUT_PATIENCE = """
import runpy
from worker.stream import lifecycle
lifecycle._BROKER_WAIT_S = 0.0
runpy.run_module("worker", run_name="__main__", alter_sys=True)
"""
"""A worker that tries a broker once, where others try for a minute."""


def end_of(folder: Path, worker: type[ForkedWorker] = ForkedWorker, **settings: Any) -> tuple[int, dict[str, Any]]:
    """Return the exit code of a worker that cannot start, and its one critical line."""
    with worker(Settings(**settings), folder, "worker", REAL_WORKER) as started:
        code = started.process.wait(90)
        (line,) = [each for each in started.log_lines() if each["level"] == "critical"]
        assert [each["exit_code"] for each in started.events("stopped")] == [code]
    return code, line


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Before, the process left with 1 and without a word."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, line = end_of(tmp_path, type("OnTaken", (_OnPort,), {"port": str(port)}))

    assert code == ExitCode.SETTINGS
    assert (line["event"], line["host"], line["port"]) == ("port-not-open", "127.0.0.1", port)
    assert line["problem"].startswith("another process listens there")


def test_a_host_of_the_port_that_nobody_knows(tmp_path: Path) -> None:
    """The name is a setting, so it is named."""
    code, line = end_of(tmp_path, http_host="nowhere.invalid")

    assert (code, line["event"], line["host"]) == (ExitCode.SETTINGS, "port-not-open", "nowhere.invalid")


def test_a_memory_limit_that_is_too_small(tmp_path: Path) -> None:
    """Said before anything fails for lack of it."""
    code, line = end_of(tmp_path, memory_limit_mib=20)

    assert code == ExitCode.SETTINGS
    assert line["problem"].startswith("CLAIMSCRUB_MEMORY_LIMIT_MIB is 20; at least ")


def test_a_syntax_error_in_an_own_edit(tmp_path: Path) -> None:
    """With file and line."""
    edit = tmp_path / "edits" / "bad.py"
    edit.parent.mkdir()
    edit.write_text("def (")

    code, line = end_of(tmp_path, edits_dir=edit.parent)

    assert (code, line["event"]) == (ExitCode.NOT_LOADABLE, "configuration-broken")
    assert line["problem"].startswith(f"{edit}: line 1 ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x: [", "not YAML"),
        ("  WST-99: {severity: warn}\n", "names edits that do not exist: WST-99"),
        ("edits: {WST-01: {severity: warn}}", "edits is there twice"),
    ],
    ids=["no-yaml", "unknown-edit", "a-field-twice"],
)
def test_a_profile_that_is_broken(tmp_path: Path, text: str, problem: str) -> None:
    """With the file or profile, and what is wrong in it: what `claimscrub profiles check` would say."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    profile = config / "payers" / "commercial.yaml"
    # Its edits come last.
    profile.write_text(profile.read_text() + text)

    code, line = end_of(tmp_path, config_dir=config)

    assert (code, line["event"]) == (ExitCode.NOT_LOADABLE, "configuration-broken")
    assert "commercial" in line["problem"]
    assert problem in line["problem"]


def test_a_host_of_a_broker_that_nobody_knows(tmp_path: Path) -> None:
    """Before, the last line was a warning among others."""
    settings = Settings(bootstrap_servers="nowhere.invalid:9092", allow_insecure=True)
    program = ("-c", "import sys; sys.argv = ['claimscrub', 'worker']\n" + _WITHOUT_PATIENCE)
    with WorkerProcess(settings, tmp_path, "worker", program) as worker:
        code = worker.process.wait(FAILSAFE_S)
        (line,) = [each for each in worker.log_lines() if each["level"] == "critical"]

    assert code == ExitCode.BROKER_UNREACHABLE
    assert (line["event"], line["reason"]) == ("broker-unreachable", "unknown-host")
    assert (line["host"], line["port"]) == ("nowhere.invalid", 9092)


async def behind(proxy_port: int, settings: Settings) -> Settings:
    """Create the topics; return the settings of a worker that finds the broker through a proxy."""
    await prepare(settings, [claim(0)], partitions=1)
    return settings.model_copy(update={"bootstrap_servers": f"127.0.0.1:{proxy_port}"})


def port_of(settings: Settings) -> int:
    """Return the port of the broker."""
    return int(settings.brokers[0].rpartition(":")[2])


@pytest.mark.broker
async def test_a_broker_that_goes_between_two_checks_of_the_start(exactly_once: Settings, tmp_path: Path) -> None:
    """The first one finds all topics; the next one is broken off."""
    (port,) = free_ports(1)
    with run_proxy(port, port_of(exactly_once)) as proxy:
        proxy.most = 1
        settings = await behind(port, exactly_once)
        with WorkerProcess(settings, tmp_path, "worker") as worker:
            code = await asyncio.to_thread(worker.process.wait, 120)
            (line,) = [each for each in worker.log_lines() if each["level"] == "critical"]

    assert code == ExitCode.BROKER_UNREACHABLE
    assert line["event"] == "broker-unreachable"
    assert f"127.0.0.1:{port}" in line["problem"]


def is_asked(proxy: Proxy, times: int) -> bool:
    """Whether so many connections have come."""
    return proxy.taken >= times


@pytest.mark.broker
async def test_a_broker_that_falls_silent_between_two_checks_does_not_hold_up_a_stop(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """It accepts the second connection and answers nothing; before, the stop waited for it until its deadline."""
    (port,) = free_ports(1)
    with run_proxy(port, port_of(exactly_once)) as proxy:
        proxy.most, proxy.is_silent = 1, True
        settings = await behind(port, exactly_once.model_copy(update={"stop_grace_s": 300}))
        with WorkerProcess(settings, tmp_path, "worker") as worker:
            await until(lambda: is_asked(proxy, 2), "the second check has begun")
            worker.process.send_signal(signal.SIGTERM)
            # With the grace of five minutes a stop that waits for anything is not over by then.
            assert await asyncio.to_thread(worker.process.wait, 120) == ExitCode.STOPPED
            assert [each["exit_code"] for each in worker.events("stopped")] == [ExitCode.STOPPED]


def test_a_stop_while_tables_and_profiles_are_loaded(tmp_path: Path) -> None:
    """A profile that comes through a pipe, to which nobody writes; before, the stop waited for it."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    pipe = config / "payers" / "commercial.yaml"
    pipe.unlink()
    os.mkfifo(pipe)
    with WorkerProcess(Settings(config_dir=config, stop_grace_s=300), tmp_path, "worker", REAL_WORKER) as worker:
        with pipe.open("wb"):  # opens once the worker does
            worker.process.send_signal(signal.SIGTERM)
            code = worker.process.wait(FAILSAFE_S)
        assert [each["exit_code"] for each in worker.events("stopped")] == [code] == [ExitCode.STOPPED]
