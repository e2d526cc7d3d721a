"""`claimscrub pended`: which claims it lists, what it shows of one, and what it sends."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.unit.pipeline.test_late_documents import undocumented
from worker.cli.commands import claimscrub
from worker.history.key import write_key
from worker.history.pended import ClaimNumbers, JoinedDocument, Kept, KeptOrigin, Missing, PendedClaim, encode
from worker.history.store import HistoryRecord
from worker.kafka.connection import open_producer
from worker.kafka.embedded import embedded_broker
from worker.kafka.read import tail
from worker.pipeline.late_documents import read_document
from worker.samples.drugs import OMALIZUMAB
from worker.samples.synthetic import Json, element
from worker.settings import Settings
from worker.stream.history.changelog import written

pytestmark = pytest.mark.usefixtures("nothing_left_open")

ORIGIN = KeptOrigin("claims.inbound.v1", 0, 1, 1_774_000_000_000, b"key", ())
OLD, RECENT, GONE = "a" * 32, "b" * 32, "c" * 32
MEMBER = "1EG4TE5MK73"


def pended(identifier: str, on: date, made: Json, *missing: Missing) -> PendedClaim:
    """A claim that waits."""
    numbers = ClaimNumbers(identifier, "SYN-7", "1234567893")
    return PendedClaim(json.dumps(made).encode(), on, numbers, ORIGIN, "medicare-part-b", missing)


def dependent() -> Json:
    """A claim of a dependent."""
    return undocumented() | {"dependent": {"dateOfBirth": "20150101", "firstName": "SYNTHETIC", "lastName": "CHILD"}}


KEPT: list[tuple[int, Kept | None]] = [
    (1, pended(OLD, date(2026, 2, 20), undocumented(), Missing("DOC-03", "ige-level"), Missing("WST-12"))),
    (2, pended(RECENT, date(2026, 3, 18), dependent(), Missing("DOC-04"))),
    (3, pended(GONE, date(2026, 3, 1), undocumented())),
    (4, JoinedDocument(date(2026, 3, 2))),
    (3, None),
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of an operator whose workers keep two pended claims."""
    folder = tmp_path_factory.mktemp("pended")
    write_key(folder / "key")
    with embedded_broker() as broker:
        found = {
            "CLAIMSCRUB_BOOTSTRAP_SERVERS": broker,
            "CLAIMSCRUB_AS_OF": "2026-03-20",
            "CLAIMSCRUB_HISTORY": "routed",
            "CLAIMSCRUB_HISTORY_KEY_FILE": str(folder / "key"),
            "CLAIMSCRUB_LATE_DOCUMENTATION": "true",
            "CLAIMSCRUB_AUDIT_FILE": str(folder / "audit.jsonl"),
        }
        assert run(found, "topics", "create").exit_code == 0
        asyncio.run(keep(Settings.from_environment(found)))
        yield found


async def keep(settings: Settings) -> None:
    """Write what workers would have written."""
    records = [
        HistoryRecord(b"p" * 16, bytes((number,)) * 16, 0, date(2026, 3, 1), None if kept is None else encode(kept))
        for number, kept in KEPT
    ]
    async with open_producer(settings) as producer:
        for each in written(settings.topics.pending, 5, 0, records):
            await producer.send_and_wait(
                each.topic, each.value, key=each.key, partition=each.partition, headers=list(each.headers)
            )


def run(environment: dict[str, str], *arguments: str) -> Result:
    """Run a command."""
    return CliRunner(env=environment).invoke(claimscrub, arguments)


def lines(environment: dict[str, str], *arguments: str) -> list[dict[str, Any]]:
    """The claims that are listed."""
    result = run(environment, "pended", "list", "--format", "jsonl", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.broker
def test_the_oldest_claim_comes_first_with_what_it_misses(environment: dict[str, str]) -> None:
    """Nothing of a person, and nothing of a claim that has gone."""
    first, second = lines(environment)

    assert first == {
        "id": OLD,
        "partition": 5,
        "receivedOn": "2026-02-20",
        "days": 28,
        "daysLeft": 17,
        "profile": "medicare-part-b",
        "documents": 0,
        "missing": [{"edit": "DOC-03", "elements": "ige-level"}, {"edit": "WST-12", "elements": ""}],
        "conflicting": 0,
    }
    assert second["id"] == RECENT
    table = run(environment, "pended", "list").stdout
    assert "DOC-03 ige-level;" in table
    assert "WST-12" in table
    assert "2 pended claims." in table
    assert MEMBER not in table


@pytest.mark.broker
@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        (["--older-than", "28"], [OLD]),
        (["--older-than", "29"], []),
        (["--edit", "DOC-04"], [RECENT]),
        (["--edit", "DOC-04", "--edit", "WST-12"], [OLD, RECENT]),
    ],
)
def test_the_list_can_be_narrowed(environment: dict[str, str], arguments: list[str], listed: list[str]) -> None:
    """By days, both sides, and by what holds a claim."""
    assert [each["id"] for each in lines(environment, *arguments)] == listed


@pytest.mark.broker
def test_a_claim_is_shown_only_when_asked_for_and_that_is_audited(environment: dict[str, str]) -> None:
    """By the beginning of its id."""
    plain = run(environment, "pended", "show", OLD[:6])
    revealed = run(environment, "pended", "show", OLD, "--reveal")

    audited = Path(environment["CLAIMSCRUB_AUDIT_FILE"]).read_text().splitlines()
    assert MEMBER not in plain.stdout
    assert json.loads(revealed.stdout)["claim"] == undocumented()
    assert json.loads(audited[-1])["action"] == "revealed"
    assert MEMBER not in audited[-1]


@pytest.mark.broker
@pytest.mark.parametrize(
    ("identifier", "code", "sentence"),
    [(GONE, 1, "No pended claim has an id"), ("aaa", 2, "ID needs at least 6 digits")],
)
def test_a_claim_that_does_not_wait_is_not_shown(
    environment: dict[str, str], identifier: str, code: int, sentence: str
) -> None:
    """Nor one that is hardly named."""
    result = run(environment, "pended", "show", identifier)

    assert result.exit_code == code
    assert sentence in result.stderr


@pytest.mark.broker
def test_documents_are_sent_as_one_message_about_that_claim(environment: dict[str, str], tmp_path: Path) -> None:
    """From a list and from an object; a dependent is named as such; what differs is said."""
    rest = OMALIZUMAB.record()[2:]
    (tmp_path / "list.json").write_text(json.dumps(rest[:1]))
    (tmp_path / "claim.json").write_text(json.dumps({"documentation": rest[1:], "more": 1}))
    said = next(each for each in OMALIZUMAB.record()[:2] if each["element"] in {"dose-administered", "drug-name"})
    (tmp_path / "other.json").write_text(json.dumps([said | {"value": "999"}]))
    files = [str(tmp_path / name) for name in ("list.json", "claim.json", "other.json")]

    result = run(environment, "pended", "attach", RECENT, *files)

    assert result.exit_code == 0, result.output
    assert f"The claim says otherwise: {said['element']}" in result.stderr
    (sent,) = asyncio.run(sent_documents(Settings.from_environment(environment)))
    document = json.loads(sent)
    assert read_document(sent).numbers == ClaimNumbers(RECENT)
    assert document["subscriber"] == {"memberId": MEMBER}
    assert document["dependent"] == {"dateOfBirth": "20150101", "firstName": "SYNTHETIC"}
    assert document["documentation"] == [*rest, said | {"value": "999"}]
    audited = json.loads(Path(environment["CLAIMSCRUB_AUDIT_FILE"]).read_text().splitlines()[-1])
    assert (audited["action"], audited["claim"], audited["elements"]) == ("documents-attached", RECENT, len(rest) + 1)


async def sent_documents(settings: Settings) -> list[bytes]:
    """All that was sent."""
    return [each.value or b"" async for each in tail(settings, [settings.topics.documentation], follow=False)]


@pytest.mark.broker
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "cannot be read (not-json)"),
        (b'{"documents": []}', "expected an object with `documentation`"),
        (b"[1]", "expected an object with `documentation`"),
        (b"[]", "$.documentation: it is empty"),
        (json.dumps([element("route")] * 1001).encode(), "it has more elements than one document may"),
    ],
)
def test_a_file_without_documents_is_refused_and_nothing_is_sent(
    environment: dict[str, str], tmp_path: Path, content: bytes, sentence: str
) -> None:
    """With the file or the place, and what would be right."""
    (tmp_path / "file.json").write_bytes(content)
    before = len(asyncio.run(sent_documents(Settings.from_environment(environment))))

    result = run(environment, "pended", "attach", OLD, str(tmp_path / "file.json"))

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert len(asyncio.run(sent_documents(Settings.from_environment(environment)))) == before


def test_without_the_setting_it_says_so() -> None:
    """Nothing waits, and nothing is asked of a broker."""
    result = CliRunner(env={"CLAIMSCRUB_LATE_DOCUMENTATION": ""}).invoke(claimscrub, ["pended", "list"])

    assert result.exit_code == 1
    assert "CLAIMSCRUB_LATE_DOCUMENTATION is false" in result.stderr
