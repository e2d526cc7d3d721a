"""Dead letters and outcomes that are sent again, with the real pipeline on the embedded broker."""

import asyncio
import json
import os
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from schemas.dead_letter import HEADER_REPLAYS
from tests.inputs.malformed import sound, with_value, written
from tests.stream.forks import ForkedWorker, forks, run_forked
from tests.stream.support import FAILSAFE_S, REAL_WORKER, ROOT, outcomes, prepare, progress
from worker.kafka.messages import InboundMessage
from worker.kafka.past import PastMessage
from worker.kafka.read import Record, tail
from worker.kafka.replay import ReplayRun
from worker.samples import synthetic
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

CANARY = "Zq7Canary"
SENT_AGAIN = 600
"""Enough that a run can be killed amid them."""


async def run(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator of a worker with these settings."""
    command = ("-m", "worker", *arguments)
    return await asyncio.to_thread(run_forked, command, environment(settings, **more), ROOT, FAILSAFE_S)


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment of a command: the worker's own, one day as today, and what is given."""
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "CLAIMSCRUB_TOPIC_PREFIX": settings.topic_prefix,
        "CLAIMSCRUB_GROUP_ID": settings.group_id,
        "CLAIMSCRUB_DELIVERY": settings.delivery.value,
        "CLAIMSCRUB_AS_OF": synthetic.RECEIVED_ON,
        **more,
    }


def padded(number: int, size: int) -> bytes:
    """A sound claim of some size, with a token that stands for health data."""
    return written(sound() | {"id": number, CANARY: "x" * size})


def today(settings: Settings, **more: object) -> Settings:
    """The settings with the day pinned on which the synthetic claims are received."""
    return settings.model_copy(update={"as_of": date.fromisoformat(synthetic.RECEIVED_ON), **more})


async def scrub(settings: Settings, folder: Path, name: str, count: int) -> None:
    """Run a worker until the group has committed so many messages."""
    with ForkedWorker(settings, folder, name, REAL_WORKER) as worker:
        await progress(settings, count)
        assert worker.stop() == 0


def replays(record: Record) -> bytes | None:
    """How often a record says that it was replayed."""
    return dict(record.headers).get(HEADER_REPLAYS)


async def inbound(settings: Settings) -> list[Record]:
    """All messages that were ever sent."""
    return [record async for record in tail(settings, [settings.topics.inbound], follow=False)]


@pytest.fixture
def audit_file(tmp_path: Path) -> Path:
    """Where the commands write down what they did."""
    return tmp_path / "audit.jsonl"


def audited(file: Path) -> list[dict[str, Any]]:
    """The lines of an audit file."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def test_dead_letters_are_repaired_and_sent_again_once(
    settings: Settings, tmp_path: Path, audit_file: Path
) -> None:
    """Listed and shown without content, tried without sending, sent as they were, scrubbed, and not sent twice."""
    good, junk = [padded(number, 6000) for number in range(20)], [b"{" + CANARY.encode()] * 5
    await prepare(settings, [*good, *junk])
    await scrub(today(settings, max_message_bytes=5000), tmp_path, "narrow", 25)
    before = await inbound(settings)
    audit = {"CLAIMSCRUB_AUDIT_FILE": str(audit_file)}

    listed = await run(settings, "dead-letters", "list", "--reason", "too-large", "--format", "jsonl", **audit)
    table = await run(settings, "dead-letters", "list", **audit)
    place = json.loads(listed.stdout.splitlines()[0])["place"]
    shown = await run(settings, "dead-letters", "show", place, **audit)
    tried = await run(settings, "dead-letters", "replay", **audit)

    assert len(listed.stdout.splitlines()) == 20
    assert "25 dead letters." in table.stdout
    assert json.loads(shown.stdout)["verdict"] == "too-large"
    assert "Nothing was sent. --send sends 20 messages" in tried.stdout
    assert (len(await inbound(settings)), audited(audit_file)) == (25, [])
    for done in (listed, table, shown, tried):
        assert (done.returncode, done.stderr, CANARY in done.stdout) == (0, "", False)

    revealed = await run(settings, "dead-letters", "show", place, "--reveal", **audit)
    sent = await run(settings, "dead-letters", "replay", "--send", **audit)
    again = await run(settings, "dead-letters", "replay", "--send", **audit)

    assert CANARY in json.loads(revealed.stdout)["message"]["value"]
    assert "20 messages sent." in sent.stdout
    assert "0 messages sent." in again.stdout
    after = await inbound(settings)
    kept = {(each.key, each.value, each.partition) for each in before if each.value in good}
    assert {(each.key, each.value, each.partition) for each in after if replays(each)} == kept
    assert [replays(each) for each in after].count(b"1") == 20
    actions = Counter(line["action"] for line in audited(audit_file))
    assert actions == {"revealed": 1, "replay-begins": 2, "replayed": 20, "replay-ends": 2}
    assert CANARY not in json.dumps(audited(audit_file))
    assert os.stat(audit_file).st_mode & 0o077 == 0  # noqa: PTH116 -- a moment

    await scrub(today(settings), tmp_path, "wide", 45)
    scrubbed = [each for each in await outcomes(settings) if each.topic == settings.topics.scrubbed]
    assert sorted(json.loads(each.value or b"")["claim"]["id"] for each in scrubbed) == list(range(20))
    assert {replays(each) for each in scrubbed} == {b"1"}


async def test_what_keeps_coming_back_is_left_alone(exactly_once: Settings, tmp_path: Path) -> None:
    """The count of replays travels with the message to its next dead letter, where the guard reads it."""
    await prepare(exactly_once, [b"junk"], partitions=1)
    await scrub(today(exactly_once), tmp_path, "first", 1)
    forced = ("dead-letters", "replay", "--all", "--max-replays", "1")
    assert "1 message sent." in (await run(exactly_once, *forced, "--run", "a", "--send")).stdout
    await scrub(today(exactly_once), tmp_path, "second", 2)

    tried = (await run(exactly_once, *forced, "--run", "b")).stdout

    assert [line.split() for line in tried.splitlines() if "left alone" in line] == [
        ["not-json", "left", "alone:", "replayed", "too", "often", "no", "1"]
    ]


async def test_a_run_that_is_killed_goes_on_where_it_stood(
    exactly_once: Settings, tmp_path: Path, audit_file: Path
) -> None:
    """Kill -9 amid a replay, start it again: every message is back on the topic exactly once."""
    settings = exactly_once
    await prepare(settings, [padded(number, 5000) for number in range(SENT_AGAIN)])
    await scrub(today(settings, max_message_bytes=4000, dead_letter_limit_window=0), tmp_path, "narrow", SENT_AGAIN)
    command = ("-m", "worker", "dead-letters", "replay", "--send")
    null = os.open(os.devnull, os.O_WRONLY)
    audit = environment(settings, CLAIMSCRUB_AUDIT_FILE=str(audit_file))
    replaying = forks().start(command, audit, ROOT, null, null)
    os.close(null)
    while len(audited(audit_file)) < SENT_AGAIN // 3:
        assert replaying.poll() is None
        await asyncio.sleep(0.02)
    replaying.kill()
    replaying.wait()

    rest = await run(settings, "dead-letters", "replay", "--send", CLAIMSCRUB_AUDIT_FILE=str(audit_file))

    assert rest.returncode == 0
    sent = Counter(json.loads(each.value or b"")["id"] for each in await inbound(settings) if replays(each))
    assert (len(sent), set(sent.values())) == (SENT_AGAIN, {1})
    assert 0 < audited(audit_file)[-1]["sent"] < SENT_AGAIN


async def test_outcomes_that_the_rules_of_today_would_change_are_scrubbed_again(
    settings: Settings, tmp_path: Path
) -> None:
    """Claims that came too early are rejected, and not any more later; those with another flaw stay where they are."""
    line = "claimInformation.serviceLines.0.serviceDate"
    early = with_value(line, "20260401")
    other = with_value("claimInformation.claimChargeAmount", "1.00")
    await prepare(settings, [early, early, other], partitions=1)
    await scrub(today(settings), tmp_path, "first", 3)
    replay = ("replay", "rejected", "--edit", "DAT-01")
    later = {"CLAIMSCRUB_AS_OF": "2026-04-10"}

    tried = await run(settings, *replay, **later)
    same = await run(settings, *replay)
    elsewhere = await run(settings, *replay, "--payer", "no such payer", **later)
    sent = await run(settings, *replay, "--send", **later)

    assert "--send sends 2 messages" in tried.stdout
    assert ["DAT-01", "gone", "2"] in [line.split() for line in tried.stdout.splitlines()]
    assert "--send sends 0 messages" in same.stdout
    assert "--send sends 0 messages" in elsewhere.stdout
    assert "2 messages sent." in sent.stdout
    assert [each.value for each in await inbound(settings) if replays(each)] == [early, early]
    assert '"action":"replayed"' in sent.stderr


async def test_nothing_is_sent_or_revealed_that_cannot_be_audited(exactly_once: Settings, tmp_path: Path) -> None:
    """An audit file that cannot be written ends the command first."""
    await prepare(exactly_once, [b"junk"], partitions=1)
    await scrub(today(exactly_once), tmp_path, "first", 1)
    nowhere = {"CLAIMSCRUB_AUDIT_FILE": str(tmp_path / "no such folder" / "audit")}

    shown = await run(exactly_once, "dead-letters", "show", "0/0", "--reveal", **nowhere)
    sent = await run(exactly_once, "dead-letters", "replay", "--all", "--send", **nowhere)

    assert (shown.returncode, shown.stdout) == (1, "")
    assert sent.returncode == 1
    assert len(await inbound(exactly_once)) == 1


def past_of(record: Record) -> PastMessage:
    """A record as a message that is to be sent again."""
    place = (record.topic, record.partition, record.offset, record.timestamp_ms)
    message = InboundMessage(*place, record.key, record.value, record.headers)
    return PastMessage(record, "pended", frozenset(), message, 0, is_kept=True, said={})


async def test_two_runs_of_one_name_at_once_send_each_message_once(exactly_once: Settings) -> None:
    """How far a run has come is read once the other is fenced; read before that, all 50 were sent twice."""
    await prepare(exactly_once, [b"%d" % number for number in range(50)], partitions=1)
    topic = exactly_once.topics.inbound
    async with ReplayRun(exactly_once, "once", topic, is_sending=True) as first:
        batch = await anext(first.batches())
        async with ReplayRun(exactly_once, "once", topic, is_sending=True) as second:
            with pytest.raises(KafkaError):
                await first.send([(record, past_of(record)) for record in batch])
            async for records in second.batches():
                await second.send([(record, past_of(record)) for record in records])

    assert Counter(record.value for record in await inbound(exactly_once)) == {b"%d" % each: 2 for each in range(50)}
