"""`claimscrub compare --topic`: the claims of a topic, and of outcomes, judged by two configurations."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.inputs.malformed import sound, written
from tests.stream.support import prepare
from tests.stream.test_replay import run, scrub, today
from tests.unit.cli.compare.conftest import candidate  # noqa: F401 - a fixture
from tests.unit.cli.compare.test_command import half_a_unit
from worker.bootstrap import shipped_config_directory
from worker.settings import Settings

pytestmark = [pytest.mark.broker]
CANARY = "Zq7Canary"


async def test_what_came_in_and_what_went_out_is_compared(
    exactly_once: Settings,
    tmp_path: Path,
    candidate: Path,  # noqa: F811 - the fixture
) -> None:
    """A claim that flips, in the inbound topic and in its outcome; a range without records has none."""
    claims: list[bytes | None] = [written(half_a_unit() | {CANARY: "x"}), written(sound()), b"{" + CANARY.encode()]
    await prepare(exactly_once, claims)
    await scrub(today(exactly_once), tmp_path, "worker", len(claims))
    sides = ("--config", str(candidate), "--against", str(shipped_config_directory()), "--format", "json")
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d")

    of_inbound = await run(exactly_once, "compare", "--topic", "inbound", *sides)
    of_outcomes = await run(exactly_once, "compare", "--topic", exactly_once.topics.rejected, *sides)
    of_nothing = await run(exactly_once, "compare", "--topic", "inbound", "--since", later, *sides)
    misspelt = await run(exactly_once, "compare", "--topic", "history", *sides)

    counted = [json.loads(done.stdout)["totals"] for done in (of_inbound, of_outcomes, of_nothing)]
    assert [(each["claims"], each["flips"], each["unreadable"]) for each in counted] == [
        (2, 1, 1),
        (1, 1, 0),
        (0, 0, 0),
    ]
    assert [done.returncode for done in (of_inbound, of_outcomes, of_nothing, misspelt)] == [2, 1, 0, 2]
    assert "--topic history: holds no claims; those that do are inbound, scrubbed, rejected, pended" in misspelt.stderr
    for done in (of_inbound, of_outcomes, of_nothing):
        assert CANARY not in done.stdout + done.stderr


async def test_a_broker_that_is_away_is_said_in_a_sentence(exactly_once: Settings) -> None:
    """With the exit code that all commands have for it."""
    away = exactly_once.model_copy(update={"bootstrap_servers": "127.0.0.1:1"})

    done = await run(
        away, "compare", "--topic", "inbound", "--against", ".", "--against", str(shipped_config_directory())
    )

    assert (done.returncode, "No broker answers at 127.0.0.1:1." in done.stderr) == (69, True)
