"""Where claims go that their sender places."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.inputs.malformed import sound
from worker.bootstrap import identities
from worker.cli import send
from worker.cli.commands import claimscrub
from worker.cli.shared import broker
from worker.history.key import read_key, write_key
from worker.kafka.embedded import embedded_broker
from worker.kafka.read import Record, tail
from worker.kafka.send import claim_key
from worker.settings import Settings


def settings(tmp_path: Path, mode: str) -> Settings:
    """Return the settings of a sender."""
    key_file = tmp_path / "key"
    if not key_file.exists():
        write_key(key_file)
    return Settings.model_validate({"history": mode, "history_key_file": key_file})


def test_a_sender_places_claims_where_the_workers_look_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same identity and the same key file; what names nobody goes where its key does."""
    keyed = settings(tmp_path, "keyed")

    async def counts(_settings: Settings, names: list[str]) -> dict[str, int]:
        return dict.fromkeys(names, 6)

    monkeypatch.setattr(broker, "partition_counts", counts)
    monkeypatch.setattr(broker, "on_broker", lambda _settings, work: asyncio.run(work))
    place = send._placement(keyed)  # noqa: SLF001 -- what the command sends by
    assert place is not None
    value = json.dumps(sound()).encode()
    identity = identities(keyed)(value)
    assert identity is not None

    assert place(value) == read_key(tmp_path / "key").partition(identity, 6)
    assert (place(b"{"), place(None)) == (None, None)


@pytest.mark.parametrize("mode", ["off", "routed"])
def test_nobody_else_places_claims(tmp_path: Path, mode: str) -> None:
    """Workers do, or nobody needs to."""
    assert send._placement(settings(tmp_path, mode)) is None  # noqa: SLF001 -- as above


@pytest.mark.broker
@pytest.mark.usefixtures("nothing_left_open")
def test_key_and_headers_of_ones_own_go_with_every_message(tmp_path: Path) -> None:
    """As given; without them a claim has the key that its corrections have."""
    file = tmp_path / "claims.jsonl"
    value = json.dumps(sound())
    file.write_text(f"{value}\n{value}\n")
    with embedded_broker() as address:

        def run(*arguments: str) -> Result:
            return CliRunner(env={"CLAIMSCRUB_BOOTSTRAP_SERVERS": address}).invoke(claimscrub, arguments)

        assert run("topics", "create", "--partitions", "1").exit_code == 0
        assert (
            run("send", str(file), "--key", "order-7", "--header", "x-flow=a=b", "--header", "x-empty=").exit_code == 0
        )
        assert run("send", str(file)).exit_code == 0

        async def sent() -> list[Record]:
            kafka = Settings(bootstrap_servers=address)
            return [each async for each in tail(kafka, [kafka.topics.inbound], follow=False)]

        own, same, first, second = asyncio.run(sent())

    assert own.key == same.key == b"order-7"
    assert own.headers == (("x-flow", b"a=b"), ("x-empty", b""))
    assert first.key == second.key == claim_key(value.encode())
    assert first.headers == ()


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("x-flow", "not NAME=VALUE"),
        ("=7", "not NAME=VALUE"),
        ("Claimscrub-offset=7", "which only the worker writes"),
        ("content-type=application/edi-x12", "--as-interchange"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused(header: str, reason: str, tmp_path: Path) -> None:
    """Before anything is sent."""
    result = CliRunner().invoke(claimscrub, ["send", str(tmp_path), "--header", header])

    assert result.exit_code == 2
    assert reason in " ".join(result.output.replace("│", " ").split())
