"""`claimscrub lag` on a broker."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.inputs.malformed import sound
from worker.cli.commands import claimscrub
from worker.kafka.embedded import embedded_broker

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("nothing_left_open")]


def test_what_waits_is_counted_and_a_missing_topic_is_named(tmp_path: Path) -> None:
    """Before there are topics nothing is created; then partition by partition, as a table and as JSON."""
    file = tmp_path / "claims.jsonl"
    file.write_text(f"{json.dumps(sound())}\n" * 3)
    with embedded_broker() as address:

        def run(*arguments: str) -> Result:
            return CliRunner(env={"CLAIMSCRUB_BOOTSTRAP_SERVERS": address}).invoke(claimscrub, arguments)

        early = run("lag")
        assert run("topics", "create", "--partitions", "2").stdout.startswith("created claims.inbound.v1")
        assert run("send", str(file)).exit_code == 0
        shown, counted = run("lag", "--most", "3"), run("lag", "--format", "json", "--most", "2")

    assert (early.exit_code, early.stdout) == (1, "")
    assert "claims.inbound.v1 is missing" in early.stderr
    assert shown.exit_code == 0
    assert "3 messages waiting for the group claimscrub." in shown.stdout
    assert counted.exit_code == 1
    document = json.loads(counted.stdout)
    assert (document["group"], document["waiting"]) == ("claimscrub", 3)
    assert sorted(each["waiting"] for each in document["partitions"]) == [0, 3]
    assert {each["committed"] for each in document["partitions"]} == {None}
