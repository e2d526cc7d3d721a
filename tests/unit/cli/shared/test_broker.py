"""The commands that speak to a broker say in one sentence what is wrong."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.stream.forks import run_forked
from tests.stream.support import FAILSAFE_S
from worker.cli.commands import COMMANDS, claimscrub
from worker.cli.shared.broker import run_until_ctrl_c
from worker.kafka.embedded import embedded_broker

BROKER_COMMANDS = (["send", "claims.jsonl"], ["tail", "scrubbed"], ["topics", "create"], ["topics", "check"])


def run(*arguments: str, **settings: str) -> Result:
    """Run the command under some settings."""
    return CliRunner(env=settings).invoke(claimscrub, arguments)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, held so that nobody begins to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.parametrize("command", BROKER_COMMANDS, ids=" ".join)
def test_a_broker_that_is_away_is_said_in_one_sentence(
    command: list[str], closed_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 69, no traceback."""
    monkeypatch.chdir(tmp_path)
    Path("claims.jsonl").write_text("{}\n")

    result = run(*command, CLAIMSCRUB_BOOTSTRAP_SERVERS=f"127.0.0.1:{closed_port}")

    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (69, "", 1)
    assert f"No broker answers at 127.0.0.1:{closed_port}." in result.stderr


@pytest.mark.parametrize("command", [["worker"], *BROKER_COMMANDS], ids=" ".join)
def test_wrong_settings_are_said_one_a_line(command: list[str]) -> None:
    """Exit code 78; the value, which may be a secret, is not shown."""
    result = run(*command, CLAIMSCRUB_DELIVERY="hunter2", CLAIMSCRUB_NO_SUCH="x")

    assert (result.exit_code, result.stdout) == (78, "")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "CLAIMSCRUB_NO_SUCH",
        "CLAIMSCRUB_DELIVERY",
    ]
    assert "hunter2" not in result.stderr


def test_a_topic_that_is_none_of_ours_is_not_shown() -> None:
    """The message lists the names that there are."""
    result = run("tail", "payments")

    assert (result.exit_code, "dead-letter" in result.stderr) == (2, True)


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_subcommand_explains_itself(name: str) -> None:
    """The list of commands says what each is for, and each has a help text of its own."""
    assert f"  {name} " in run("--help").stdout
    result = run(name, "--help")
    assert (result.exit_code, "Usage: " in result.stdout) == (0, True)


def run_apart(broker: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, as a user does."""
    environment = os.environ | {"CLAIMSCRUB_BOOTSTRAP_SERVERS": broker}
    return run_forked(("-m", "worker", *arguments), environment, Path.cwd(), FAILSAFE_S)


@pytest.mark.broker
def test_claims_that_are_sent_can_be_seen_on_the_topic(tmp_path: Path) -> None:
    """Topics are created once and found in order; the messages arrive as they are, under keys that say nothing."""
    file = tmp_path / "claims.jsonl"
    file.write_text('{"claimInformation":{"patientControlNumber":"SYN-1"}}\n{broken\n')
    with embedded_broker() as broker:
        created = run_apart(broker, "topics", "create")
        again = run_apart(broker, "topics", "create")
        checked = run_apart(broker, "topics", "check")
        sent = run_apart(broker, "send", str(file))
        lines = run_apart(broker, "tail", "inbound", "--from-start", "--max", "2", "--format", "jsonl")
        record = run_apart(broker, "tail", "claims.inbound.v1", "--from-start", "--max", "1")

    done = (created, again, checked, sent, lines, record)
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * len(done)
    assert created.stdout.count("created claims.") == 5
    assert again.stdout.count("there already: ") == 6
    assert checked.stdout.count("as declared") == 6
    assert "2 messages sent to claims.inbound.v1" in sent.stdout
    assert sorted(lines.stdout.splitlines()) == sorted(file.read_text().splitlines())
    shown = json.loads(record.stdout)
    assert (shown["topic"], "SYN" in shown["key"]) == ("claims.inbound.v1", False)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """SIGINT is a command's, which the processes that share the tests ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("is_swallowed", [True, False])
def test_ctrl_c_ends_a_command_though_a_library_takes_it_for_an_answer(*, is_swallowed: bool) -> None:
    """Before, a demo that was asked to end while it made its topics went on."""

    async def work() -> str:
        signal.raise_signal(signal.SIGINT)
        with contextlib.suppress(*[asyncio.CancelledError] if is_swallowed else []):
            await asyncio.sleep(60)
        return "done"

    with pytest.raises(KeyboardInterrupt):
        run_until_ctrl_c(work())


def test_work_that_nobody_interrupts_has_its_result() -> None:
    """And its own errors."""

    async def work(*, is_good: bool) -> str:
        await asyncio.sleep(0)
        if not is_good:
            raise ValueError("no")
        return "done"

    assert run_until_ctrl_c(work(is_good=True)) == "done"
    with pytest.raises(ValueError, match="no"):
        run_until_ctrl_c(work(is_good=False))
