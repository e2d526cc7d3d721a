"""`claimscrub doctor`: what is wrong is said with what to do."""

import asyncio
import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.inputs.malformed import sound
from worker.cli.commands import claimscrub
from worker.cli.doctor import State
from worker.kafka.connection import open_producer
from worker.kafka.embedded import embedded_broker
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("nothing_left_open")]


def run(address: str, *arguments: str, **given: str) -> Result:
    """Run a command on a broker, with more settings."""
    environment = {"CLAIMSCRUB_BOOTSTRAP_SERVERS": address} | {f"CLAIMSCRUB_{key}": each for key, each in given.items()}
    return CliRunner(env=environment).invoke(claimscrub, arguments)


def examined(address: str, **given: str) -> dict[str, list[dict[str, Any]]]:
    """What the doctor finds, by its part."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in json.loads(run(address, "doctor", "--format", "json", **given).stdout):
        found.setdefault(each["part"], []).append(each)
    return found


async def _send_from_the_future(address: str, ahead_s: float) -> None:
    settings = Settings(bootstrap_servers=address)
    async with open_producer(settings) as producer:
        await producer.send_and_wait(
            settings.topics.inbound, b"{}", partition=0, timestamp_ms=int((time.time() + ahead_s) * 1000)
        )


async def test_from_a_fresh_broker_to_one_with_claims(tmp_path: Path) -> None:
    """Topics are missing and are not made; then all is well; then claims wait for no worker, and one is of tomorrow."""
    file = tmp_path / "claim.json"
    file.write_text(json.dumps(sound()))
    with embedded_broker() as address:
        fresh = await asyncio.to_thread(run, address, "doctor")
        await asyncio.to_thread(run, address, "topics", "create", "--partitions", "1")
        ready = await asyncio.to_thread(examined, address)
        await asyncio.to_thread(run, address, "send", str(file))
        waiting = await asyncio.to_thread(examined, address)
        await _send_from_the_future(address, 3600)
        ahead = await asyncio.to_thread(examined, address)

    assert fresh.exit_code == 1
    assert "claims.inbound.v1 is missing." in fresh.stdout
    assert "-> `claimscrub topics create` creates what is missing." in fresh.stdout
    assert {each["state"] for each in ready["topics"]} == {State.GOOD}
    assert ready["versions"][0]["sentence"].startswith("claimscrub ")
    assert (ready["group"][0]["state"], ready["clocks"][0]["state"]) == (State.GOOD, State.UNKNOWN)
    assert waiting["group"][0]["remedy"] == "Start a worker."
    assert waiting["clocks"][0]["state"] == State.GOOD
    assert "s in the future" in ahead["clocks"][0]["sentence"]


def test_a_broker_that_is_away_is_one_thing_and_not_five() -> None:
    """What could not be looked at is said."""
    found = examined("127.0.0.1:1")

    assert found["broker"][0]["state"] == State.WRONG
    assert "were not looked at" in found["broker"][0]["remedy"]
    assert not {"topics", "rights", "group", "clocks"} & set(found)


def test_rules_that_do_not_load_are_named_with_their_file(tmp_path: Path) -> None:
    """As a worker would say it, and the broker is looked at all the same."""
    found = examined("127.0.0.1:1", CONFIG_DIR=str(tmp_path / "nowhere"))

    assert found["rules"][0]["state"] == State.WRONG
    assert "nowhere" in found["rules"][0]["sentence"]
    assert "broker" in found


@pytest.mark.parametrize(
    ("day", "state", "ended"),
    [(date(2026, 3, 31), State.GOOD, ""), (date(2026, 4, 1), State.WARNING, "opps_status ended 1 day ago")],
)
def test_a_table_that_is_trusted_no_longer_is_warned_of(
    day: date, state: State, ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where this release holds the last edition; what is carried forward is good."""
    monkeypatch.setattr("worker.cli.doctor.today", lambda: day)

    (tables,) = examined("127.0.0.1:1")["tables"]

    assert (tables["state"], ended in tables["sentence"]) == (state, True)
    assert "ndc" not in tables["sentence"]


def test_a_wrong_setting_ends_it_as_it_ends_a_worker() -> None:
    """With 78 and the name of the setting."""
    result = run("127.0.0.1:1", "doctor", HTTP_PORT="x")

    assert result.exit_code == 78
    assert "CLAIMSCRUB_HTTP_PORT" in result.stderr
