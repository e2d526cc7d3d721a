"""A memory is copied to another number of partitions with the commands of the runbook, and knows what it knew."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import NewPartitions

from schemas.dead_letter import HEADER_ORIGIN
from tests.inputs.malformed import sound, written
from tests.kafka.history_storms import read_all, with_memory
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, ROOT, outcomes, outcomes_when, prepare, until
from tests.stream.test_late_documents import about, documents, numbered, of_claim, send
from tests.stream.test_real_worker import as_of
from tests.stream.test_replay import run
from worker.history.key import read_key
from worker.history.person import identity_text
from worker.kafka.connection import open_admin, open_producer
from worker.kafka.read import Record
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.settings import HistoryMode, Settings
from worker.stream.exit_codes import ExitCode
from worker.stream.history.errors import HistoryError
from worker.stream.history.repartition import repartition

pytestmark = [pytest.mark.broker, pytest.mark.system, pytest.mark.timeout(600)]

MEMBERS = [f"1EG4TE5MK{number}" for number in range(70, 82)]


def of(member: str) -> dict[str, Any]:
    """A claim in which nothing is found, of a member."""
    document = sound()
    document["subscriber"]["memberId"] = member
    document["claimInformation"]["patientControlNumber"] = f"A-{member}"
    return document


def identity(member: str) -> str:
    """What their person is made of."""
    return identity_text(sound()["tradingPartnerServiceId"], member)


def remembering(settings: Settings, folder: Path, mode: HistoryMode = HistoryMode.ROUTED, **more: Any) -> Settings:
    """Settings of a worker that leaves the group when it ends."""
    return with_memory(settings, folder, mode).model_copy(update={"instance_id": None, **more})


async def history(settings: Settings, *arguments: str) -> str:
    """Run `claimscrub history` as the operator of a worker; return its exit code and what it says."""
    return await command(settings, "history", *arguments)


async def command(settings: Settings, *arguments: str) -> str:
    """Run a command as `history` does."""
    own = {
        f"CLAIMSCRUB_{name.upper()}": str(getattr(settings, name))
        for name in ("history", "history_key_file", "history_dir", "history_series", "late_documentation")
    }
    done = await run(settings, *arguments, **own)
    return f"{done.returncode}: {done.stdout}{done.stderr}"


def edits(records: list[Record]) -> dict[str, list[list[str]]]:
    """The edits of the outcomes of each member, those without first."""
    found: dict[str, list[list[str]]] = {}
    for each in documents(records):
        member = each["claim"]["subscriber"]["memberId"]
        found.setdefault(member, []).append(sorted({finding["edit"] for finding in each["findings"]}))
    return {member: sorted(every) for member, every in found.items()}


async def place_waiting(settings: Settings, member: str, partitions: int) -> None:
    """Send a claim to the topic of patients, as a router does."""
    assert settings.history_key_file is not None
    key = read_key(settings.history_key_file)
    person = key.person(identity(member))
    async with open_producer(settings) as producer:
        place = key.partition(identity(member), partitions)
        topic = settings.topics.by_patient
        origin = [(HEADER_ORIGIN, f"{settings.topics.inbound}/0/1000/-1/-1/0".encode())]
        await producer.send_and_wait(topic, written(of(member)), key=person, partition=place, headers=origin)


async def serve(settings: Settings, folder: Path, name: str, count: int) -> list[Record]:
    """Run a worker until there are so many outcomes in all."""
    with ForkedWorker(settings, folder, name, REAL_WORKER) as worker:
        found = await outcomes_when(settings, count)
        assert worker.stop() == 0
    return found


async def grow(settings: Settings, partitions: int) -> None:
    """Bring the topic of claims and those of outcomes to more partitions, as an operator does with Kafka's tool."""
    names = settings.topics
    more = NewPartitions(partitions)  # type: ignore[no-untyped-call]  # aiokafka publishes no types
    async with open_admin(settings) as admin:
        grown = (names.inbound, names.decisions, names.scrubbed, names.rejected, names.pended, names.dead_letter)
        await admin.create_partitions(dict.fromkeys(grown, more))


@pytest.mark.parametrize(("before", "after"), [(2, 3), (4, 2), (2, 4)])
async def test_what_was_known_is_known_in_another_number_of_partitions(
    before: int, after: int, settings: Settings, tmp_path: Path
) -> None:
    """Each patient's claim is found when it comes again; what waited is judged once; the old series is kept out."""
    settings = remembering(as_of(settings), tmp_path)
    await prepare(settings, [written(of(member)) for member in MEMBERS], partitions=before)
    await serve(settings, tmp_path, "first", len(MEMBERS))
    await place_waiting(settings, "1EG4TE5MK99", before)

    plan = await history(settings, "repartition", "--partitions", str(after))
    done = await history(settings, "repartition", "--partitions", str(after), "--replication", "1", "--yes")
    moved = settings.model_copy(update={"history_series": 2})
    again = await history(settings, "repartition", "--partitions", str(after), "--yes")
    with ForkedWorker(settings, tmp_path, "old series", REAL_WORKER) as worker:
        await until(lambda: worker.process.poll() is not None, "it leaves")
        refused = worker.events("history-refused")
    await send_claims(moved, [written(of(member)) for member in MEMBERS])
    found = edits(await serve(moved, tmp_path, "second", 2 * len(MEMBERS) + 1))

    assert plan.startswith("0: ")
    assert f"would be copied to series 2 in {after} partitions" in plan
    assert "1 message that nobody has judged" in plan
    assert f"{len(MEMBERS)} records copied and compared" in done
    assert again.startswith("1: ")
    assert "CLAIMSCRUB_HISTORY_SERIES=2" in again
    assert worker.process.poll() == ExitCode.SETTINGS
    assert "set CLAIMSCRUB_HISTORY_SERIES=2" in refused[0]["problem"]
    assert found == {member: [[], ["IDN-07"]] for member in MEMBERS} | {"1EG4TE5MK99": [[]]}
    places = Counter(each.partition for each in await read_all(moved, moved.topics.by_patient))
    assert set(places) <= set(range(after))


def chapter() -> list[list[str]]:
    """The commands of the chapter for operators, in order."""
    page = (ROOT / "deploy" / "README.md").read_text()
    _, _, rest = page.partition("### Another number of partitions\n")
    text, _, _ = rest.partition("\n### ")
    return [line.split()[1:] for line in text.splitlines() if line.strip().startswith("claimscrub ")]


async def test_the_chapter_for_operators_does_what_it_says(exactly_once: Settings, tmp_path: Path) -> None:
    """In its order. What is forgotten would stay in the series that is left; the one in use is not deleted."""
    settings = remembering(as_of(exactly_once), tmp_path)
    await prepare(settings, [written(of(member)) for member in MEMBERS], partitions=2)
    await serve(settings, tmp_path, "first", len(MEMBERS))
    show_plan, copy, doctor, show_drop, drop = chapter()
    said = [await history(settings, *each[1:]) for each in (show_plan, copy)]
    moved = settings.model_copy(update={"history_series": 2})
    looked = await command(moved, *doctor)
    await send_claims(moved, [written(of(MEMBERS[0]))])
    await serve(moved, tmp_path, "second", len(MEMBERS) + 1)
    own = await history(moved, "drop-series", "2", "--yes")
    would, done = [await history(moved, *each[1:]) for each in (show_drop, drop)]
    async with open_admin(settings) as admin:
        left = {each for each in await admin.list_topics() if each.startswith(settings.topic_prefix)}

    assert [each.partition(": ")[0] for each in said] == ["0", "0"]
    assert "--yes copies" in said[0]
    assert f"{len(MEMBERS)} records copied and compared" in said[1]
    assert moved.topics.history not in looked
    assert own.startswith("2: ")
    assert would.startswith("0: Would delete")
    assert f"deleted {settings.topics.history}" in done
    assert left & {settings.topics.history, settings.topics.by_patient} == set()
    assert {moved.topics.history, moved.topics.by_patient} <= left
    assert settings.history_dir is not None
    assert {each.name.split("-")[0] for each in settings.history_dir.glob("*.sqlite")} == {moved.topics.history}


async def test_workers_and_a_copy_keep_one_another_out(exactly_once: Settings, tmp_path: Path) -> None:
    """A copy is refused while a worker runs, and a worker of a series that was never copied."""
    settings = remembering(as_of(exactly_once), tmp_path)
    await prepare(settings, [written(of(MEMBERS[0]))], partitions=2)
    with ForkedWorker(settings, tmp_path, "first", REAL_WORKER) as worker:
        await outcomes_when(settings, 1)
        meanwhile = await history(settings, "repartition", "--partitions", "3", "--yes")
        assert worker.stop() == 0
    moved = settings.model_copy(update={"history_series": 2})
    await create_topics(moved, partitions=3)
    with ForkedWorker(moved, tmp_path, "too early", REAL_WORKER) as worker:
        await until(lambda: worker.process.poll() is not None, "it leaves")

    assert meanwhile.startswith("1: ")
    assert "stop every worker first" in meanwhile
    assert worker.process.poll() == ExitCode.SETTINGS
    assert "has no memory there" in worker.events("history-refused")[0]["problem"]


async def test_a_copy_that_was_interrupted_is_begun_again(exactly_once: Settings, tmp_path: Path) -> None:
    """Whatever it left is deleted; the group stays where it was until all is there."""
    settings = remembering(as_of(exactly_once), tmp_path)
    await prepare(settings, [written(of(member)) for member in MEMBERS], partitions=4)
    await serve(settings, tmp_path, "first", len(MEMBERS))
    assert settings.history_key_file is not None
    fingerprint = read_key(settings.history_key_file).fingerprint
    said: list[str] = []

    class InterruptedError_(Exception):  # noqa: N801, N818 -- as if it had been killed
        pass

    def interrupt(sentence: str) -> None:
        said.append(sentence)
        if len(said) > 1:
            raise InterruptedError_

    with pytest.raises(InterruptedError_):
        await repartition(settings, fingerprint, 2, say=interrupt)
    done = await repartition(settings, fingerprint, 6, say=said.append)
    moved = settings.model_copy(update={"history_series": 2})
    await send_claims(moved, [written(of(member)) for member in MEMBERS])
    found = edits(await serve(moved, tmp_path, "second", 2 * len(MEMBERS)))

    assert (done.claims.records, done.partitions) == (len(MEMBERS), 6)
    assert found == {member: [[], ["IDN-07"]] for member in MEMBERS}
    with pytest.raises(HistoryError, match="CLAIMSCRUB_HISTORY_SERIES=2"):
        await repartition(settings, fingerprint, 6, say=said.append)


async def test_a_claim_that_waits_goes_with_the_memory(exactly_once: Settings, tmp_path: Path) -> None:
    """And meets its document in its new partition; twice copied, to more and to fewer."""
    settings = remembering(exactly_once, tmp_path, late_documentation=True)
    await create_topics(settings, partitions=2)
    await send(settings, settings.topics.inbound, [numbered(1), numbered(2)])
    before = await serve(settings, tmp_path, "first", 2)

    first = await history(settings, "repartition", "--partitions", "5", "--yes")
    settings = settings.model_copy(update={"history_series": 2})
    second = await history(settings, "repartition", "--partitions", "3", "--yes")
    settings = settings.model_copy(update={"history_series": 3})
    await send(settings, settings.topics.documentation, [about(1), about(2)])
    after = await serve(settings, tmp_path, "second", 4)

    assert all(f"{settings.topics.pending.removesuffix('.s3')}" in each for each in (first, second))
    assert [of_claim(before, number)[0]["disposition"] for number in (1, 2)] == ["pended", "pended"]
    assert [of_claim(after, number)[1]["disposition"] for number in (1, 2)] == ["scrubbed", "scrubbed"]


async def test_senders_that_place_claims_are_followed(exactly_once: Settings, tmp_path: Path) -> None:
    """In keyed mode the topic of claims grows first, and nothing may wait in it."""
    settings = remembering(as_of(exactly_once), tmp_path, HistoryMode.KEYED)
    assert settings.history_key_file is not None
    key = read_key(settings.history_key_file)

    async def send_placed(members: list[str], partitions: int) -> None:
        def partition(value: bytes | None) -> int:
            return key.partition(identity(json.loads(value or b"")["subscriber"]["memberId"]), partitions)

        await send_claims(settings, [written(of(member)) for member in members], partition=partition)

    await create_topics(settings, partitions=2)
    await send_placed(MEMBERS, 2)
    await serve(settings, tmp_path, "first", len(MEMBERS))

    too_early = await history(settings, "repartition", "--partitions", "3", "--yes")
    await grow(settings, 3)
    await send_placed(["1EG4TE5MK99"], 3)
    waits = await history(settings, "repartition", "--partitions", "3", "--yes")

    assert "bring it and the topics of outcomes to 3 first" in too_early
    assert "has messages that nobody has judged" in waits
    assert len(await outcomes(settings)) == len(MEMBERS)


async def test_in_keyed_mode_what_was_known_is_known(settings: Settings, tmp_path: Path) -> None:
    """After the topic of claims has grown from two partitions to three."""
    settings = remembering(as_of(settings), tmp_path, HistoryMode.KEYED)
    assert settings.history_key_file is not None
    key = read_key(settings.history_key_file)

    async def send_placed(partitions: int) -> None:
        def partition(value: bytes | None) -> int:
            return key.partition(identity(json.loads(value or b"")["subscriber"]["memberId"]), partitions)

        await send_claims(settings, [written(of(member)) for member in MEMBERS], partition=partition)

    await create_topics(settings, partitions=2)
    await send_placed(2)
    await serve(settings, tmp_path, "first", len(MEMBERS))
    await grow(settings, 3)
    done = await history(settings, "repartition", "--partitions", "3", "--yes")
    assert done.startswith("0: "), done
    with ForkedWorker(settings, tmp_path, "old series", REAL_WORKER) as worker:
        await until(lambda: worker.process.poll() is not None, "it leaves")
    moved = settings.model_copy(update={"history_series": 2})
    await send_placed(3)
    found = edits(await serve(moved, tmp_path, "second", 2 * len(MEMBERS)))

    # Its changelog has fewer partitions than there are of claims.
    assert worker.process.poll() == ExitCode.BROKER_UNREACHABLE
    assert found == {member: [[], ["IDN-07"]] for member in MEMBERS}


async def test_a_memory_under_the_next_key_knows_what_it_knew(settings: Settings, tmp_path: Path) -> None:
    """Claims, what waits, and a decision that comes again; a key that was not made after the old one is refused."""
    settings = remembering(as_of(settings), tmp_path)
    await prepare(settings, [written(of(member)) for member in MEMBERS], partitions=3)
    await serve(settings, tmp_path, "first", len(MEMBERS))
    await place_waiting(settings, "1EG4TE5MK99", 3)
    old, other, new = settings.history_key_file, tmp_path / "other.key", tmp_path / "new.key"

    made = [await command(settings, "history", "key", str(other))]
    made.append(await command(settings, "history", "key", str(new), "--after", str(old)))
    refused = await history(settings, "rotate", str(other), "--yes")
    plan = await history(settings, "rotate", str(new))
    done = await history(settings, "rotate", str(new), "--yes")
    moved = settings.model_copy(update={"history_series": 2, "history_key_file": new})
    problems = []
    for name, wrong in (("old key", {"history_key_file": old}), ("other key", {"history_key_file": other})):
        with ForkedWorker(moved.model_copy(update=wrong), tmp_path, name, REAL_WORKER) as worker:
            await until(lambda worker=worker: worker.process.poll() is not None, "it leaves")  # type: ignore[misc]  # mypy cannot see the default
            problems += [each["problem"] for each in worker.events("history-refused")]
            assert worker.process.poll() == ExitCode.SETTINGS
    await send_claims(moved, [written(of(member)) for member in MEMBERS])
    found = edits(await serve(moved, tmp_path, "second", 2 * len(MEMBERS) + 1))

    assert [each[:3] for each in made] == ["0: ", "0: "]
    assert refused.startswith("1: ")
    assert "this key was not made after key" in refused
    assert "Nothing was changed" in plan
    assert f"{len(MEMBERS)} records copied and compared" in done
    assert all("give this worker the key file of its group" in each for each in problems)
    assert len(problems) >= 2
    assert found == {member: [[], ["IDN-07"]] for member in MEMBERS} | {"1EG4TE5MK99": [[]]}
    assert old is not None
    before, after = read_key(old), read_key(new)
    keys = {(each.key or b"")[:16] for each in await read_all(moved, moved.topics.history)}
    assert not keys & {before.person(identity(member)) for member in MEMBERS}
    assert {after.person(identity(member)) for member in MEMBERS} <= keys
