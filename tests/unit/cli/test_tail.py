"""`claimscrub tail`: where it begins and ends, which records it shows, and what of them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from worker.cli.commands import claimscrub
from worker.cli.tail import chosen
from worker.kafka.embedded import embedded_broker

OUTCOMES = [
    {"disposition": "rejected", "claim": {"tradingPartnerServiceId": "A"}, "findings": [{"edit": "WST-01", "at": {}}]},
    {"disposition": "rejected", "claim": {"tradingPartnerServiceId": "B"}, "findings": [{"edit": "UNT-01"}]},
    {"disposition": "scrubbed", "claim": {"tradingPartnerServiceId": "A"}, "findings": []},
    {
        "disposition": "pended",
        "claim": {"tradingPartnerServiceId": "A"},
        "findings": [{"edit": "DOC-03"}, {"edit": "WST-01"}],
    },
]
pytestmark = pytest.mark.usefixtures("nothing_left_open")


def run(broker: str, *arguments: str, stdin: str = "") -> Result:
    """Run a command against a broker."""
    return CliRunner(env={"CLAIMSCRUB_BOOTSTRAP_SERVERS": broker}).invoke(claimscrub, arguments, input=stdin)


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """A broker with one partition of these outcomes, on the inbound topic: what a topic is for decides nothing here."""
    with embedded_broker() as started:
        assert run(started, "topics", "create", "--partitions", "1").exit_code == 0
        lines = "\n".join(map(json.dumps, OUTCOMES))
        assert run(started, "send", "-", stdin=lines).exit_code == 0
        yield started


def seen(broker: str, *arguments: str) -> list[int]:
    """Which of the outcomes are shown, by their places."""
    result = run(broker, "tail", "inbound", "--to-end", "--format", "jsonl", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return [OUTCOMES.index(json.loads(line)) for line in result.stdout.splitlines()]


@pytest.mark.broker
@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], []),
        (["--from-start"], [0, 1, 2, 3]),
        (["--from-start", "--max", "2"], [0, 1]),
        (["--offset", "1"], [1, 2, 3]),
        (["--offset", "-1"], [3]),
        (["--offset", "-9"], [0, 1, 2, 3]),
        (["--offset", "4"], []),
        (["--from-start", "--partition", "0"], [0, 1, 2, 3]),
        (["--since", "2020-01-01"], [0, 1, 2, 3]),
        (["--from-start", "--edit", "WST-01"], [0, 3]),
        (["--from-start", "--edit", "WST-01", "--edit", "UNT-01"], [0, 1, 3]),
        (["--from-start", "--payer", "B"], [1]),
        (["--from-start", "--disposition", "rejected", "--payer", "A"], [0]),
        (["--from-start", "--edit", "WST-01", "--max", "1"], [0]),
        (["--offset", "1", "--edit", "WST-01"], [3]),
    ],
    ids=str,
)
def test_what_is_asked_for_is_shown_and_no_more(broker: str, arguments: list[str], shown: list[int]) -> None:
    """All filters must hold; one of the values of each is enough."""
    assert seen(broker, *arguments) == shown


@pytest.mark.broker
def test_nothing_was_written_after_tomorrow(broker: str) -> None:
    """A time after the newest record is its end."""
    assert seen(broker, "--since", f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}") == []


@pytest.mark.broker
def test_chosen_fields_are_shown_one_line_a_record(broker: str) -> None:
    """Nothing else of the record is: what is chosen may be free of health data."""
    result = run(
        broker, "tail", "inbound", "--from-start", "--to-end", "--field", "disposition", "--field", "findings.edit"
    )

    assert [json.loads(line) for line in result.stdout.splitlines()][2:] == [
        {"disposition": "scrubbed", "findings.edit": []},
        {"disposition": "pended", "findings.edit": ["DOC-03", "WST-01"]},
    ]
    assert "tradingPartner" not in result.stdout


@pytest.mark.broker
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--offset", "5"], "claims.inbound.v1 0 has the offsets 0 to 4, not 5"),
        (["--partition", "1"], "claims.inbound.v1 has the partitions 0 to 0, not 1"),
        (["--offset", "1", "--from-start"], "--from-start, --offset and --since exclude each other"),
        (["--edit", "WST-1"], "there is no edit 'WST-1'; did you mean WST-1"),
        (["--disposition", "paid"], "'paid' is not one of"),
    ],
    ids=str,
)
def test_what_is_not_there_is_said(broker: str, arguments: list[str], sentence: str) -> None:
    """Exit code 2, and nothing is shown."""
    result = run(broker, "tail", "inbound", "--to-end", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


@pytest.mark.broker
def test_ctrl_c_ends_it_without_a_word(broker: str) -> None:
    """The exit code is the shell's for SIGINT."""
    environment = os.environ | {"CLAIMSCRUB_BOOTSTRAP_SERVERS": broker}
    # What runs in the background of a shell ignores SIGINT, and hands that down.
    program = (
        "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('worker', run_name='__main__', alter_sys=True)"
    )
    command = (sys.executable, "-c", program, "tail", "inbound", "--from-start", "--format", "jsonl")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in OUTCOMES:
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert (process.wait(), process.stderr.read()) == (130, b"")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", 1),
        ("b.c", 2),
        ("d.e", [3, 4]),
        ("d", [{"e": 3}, {"e": 4}, {}]),
        ("d.f", []),
        ("b.x", None),
        ("x", None),
        ("a.b", None),
    ],
)
def test_a_path_leads_through_members_and_lists(path: str, value: object) -> None:
    """A list of what each of its items has; nothing where nothing is."""
    document = {"a": 1, "b": {"c": 2}, "d": [{"e": 3}, {"e": 4}, {}]}

    assert chosen(document, path) == value
