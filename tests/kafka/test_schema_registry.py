"""Schemas, enveloped claims and enveloped outcomes with a real schema registry, on Apache Kafka."""

import asyncio
import json
import urllib.request
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from schemas.dead_letter import HEADER_REASON
from tests.inputs.malformed import sound
from tests.stream.support import REAL_WORKER, WorkerProcess, outcome_topics, outcomes, outcomes_when
from tests.stream.test_replay import run as run_process
from worker.cli.commands import claimscrub
from worker.kafka.envelopes import SCHEMA_ID_HEADER, opened, schema_number
from worker.kafka.read import tail
from worker.kafka.registry import register_schemas, registered_text, subject_of
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.settings import DeliveryGuarantee, SchemaIdPlace, Settings

pytestmark = [pytest.mark.kafka]

SettingsFor = Callable[[DeliveryGuarantee], Settings]


def ask(address: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:  # any JSON value
    """What the registry answers."""
    headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, headers, method=method if body is not None else "GET")  # noqa: S310 - of a test
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def run(settings: Settings, *arguments: str, **more: str) -> Result:
    """Run a command as an operator of a worker with these settings."""
    given = {
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "CLAIMSCRUB_TOPIC_PREFIX": settings.topic_prefix,
        "CLAIMSCRUB_GROUP_ID": settings.group_id,
        "CLAIMSCRUB_AS_OF": synthetic.RECEIVED_ON,
    }
    return CliRunner(env=given | more).invoke(claimscrub, arguments)


async def test_enveloped_claims_come_out_as_outcomes_that_name_their_schema(
    settings_for: SettingsFor, registry: str, tmp_path: Path
) -> None:
    """From a sender with a serializer to a reader with one; our own tools read the outcomes as ever."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE).model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "registry_url": registry,
            "schema_ids": SchemaIdPlace.ENVELOPE,
            "accept_envelopes": True,
        }
    )
    first = await asyncio.to_thread(run, settings, "topics", "create", "--partitions", "1", "--registry", registry)
    again = await asyncio.to_thread(run, settings, "topics", "create", "--registry", registry)
    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    ours = ask(f"{registry}/subjects/{subject_of(settings.topics.inbound)}/versions/latest")
    envelope = b"\0" + ours["id"].to_bytes(4, "big")
    claim = json.dumps(sound()).encode()
    await send_claims(settings, [claim, envelope + claim, envelope + b'{"no": "claim"}'])

    with WorkerProcess(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await outcomes_when(settings, 3)
        assert worker.stop() == 0

    found = {
        topic: [each async for each in tail(settings, [topic], follow=False)] for topic in outcome_topics(settings)
    }
    (dead,) = found.pop(settings.topics.dead_letter)
    assert dead.value == envelope + b'{"no": "claim"}'
    assert dict(dead.headers)[HEADER_REASON] == b"schema"
    (topic,) = [name for name, records in found.items() if records]
    plain, enveloped = found[topic]
    assert plain.content != plain.value
    assert json.loads(plain.content or b"")["claim"] == json.loads(enveloped.content or b"")["claim"] == sound()
    number = schema_number(opened(plain.value)[0])
    schema = json.loads(ask(f"{registry}/schemas/ids/{number}")["schema"])
    jsonschema.validate(json.loads(plain.content or b""), schema)
    assert schema == json.loads(registered_text("outcome"))

    role = topic.removeprefix(settings.topic_prefix).split(".")[1]
    tailed = await asyncio.to_thread(run, settings, "tail", role, "--from-start", "--to-end", "--format", "jsonl")
    assert [json.loads(line)["claim"] for line in tailed.stdout.splitlines()] == [sound(), sound()]
    report = tmp_path / "findings.csv"
    reported = await asyncio.to_thread(run, settings, "report", "--topics", "-o", str(report))
    assert reported.exit_code == 0, reported.output
    exported = await asyncio.to_thread(run, settings, "export", str(tmp_path / "exported"))
    assert exported.exit_code == 0, exported.output
    assert "not an outcome" not in reported.output + exported.output
    # A process: replay answers signals, which only the first thread of one may.
    replayed = await run_process(settings, "replay", role, "--all", CLAIMSCRUB_ACCEPT_ENVELOPES="true")
    assert replayed.returncode == 0, replayed.stderr
    assert "Nothing was sent. --send sends 2 messages as run" in replayed.stdout
    told = {"CLAIMSCRUB_REGISTRY_URL": registry, "CLAIMSCRUB_SCHEMA_IDS": "envelope"}
    examined = await asyncio.to_thread(run, settings, "doctor", "--format", "json", **told)
    by_part = {each["part"]: each for each in json.loads(examined.stdout)}
    assert by_part["registry"]["state"] == "good", by_part


async def test_outcomes_name_their_schema_in_a_header(settings_for: SettingsFor, registry: str, tmp_path: Path) -> None:
    """The value is as it is without; a claim in an envelope is a dead letter that says what it looks like."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE).model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "registry_url": registry,
            "schema_ids": SchemaIdPlace.HEADER,
        }
    )
    await create_topics(settings, partitions=1)
    await register_schemas(settings)
    await send_claims(settings, [json.dumps(sound()).encode(), b"\0\0\0\0\7" + json.dumps(sound()).encode()])

    with WorkerProcess(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await outcomes_when(settings, 2)
        assert worker.stop() == 0

    (record,) = [each for each in await outcomes(settings) if each.topic != settings.topics.dead_letter]
    (dead,) = [each for each in await outcomes(settings) if each.topic == settings.topics.dead_letter]
    latest = ask(f"{registry}/subjects/{subject_of(record.topic)}/versions/latest")
    assert dict(record.headers)[SCHEMA_ID_HEADER] == b"\0" + latest["id"].to_bytes(4, "big")
    assert (record.value or b"").startswith(b"{")
    assert dict(dead.headers)[HEADER_REASON] == b"schema-envelope"
    assert dead.value == b"\0\0\0\0\7" + json.dumps(sound()).encode()


async def test_an_incompatible_schema_is_not_registered(settings_for: SettingsFor, registry: str) -> None:
    """A member more is compatible; one that readers know as required and that went is not."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE).model_copy(update={"registry_url": registry})
    subject = subject_of(settings.topics.pended)
    today = json.loads(registered_text("outcome"))

    def register(schema: dict[str, Any]) -> None:
        body = {"schemaType": "JSON", "schema": json.dumps(schema)}
        ask(f"{registry}/subjects/{subject}/versions", body)

    less = json.loads(json.dumps(today))
    del less["properties"]["lateDocuments"]
    register(less)
    ask(f"{registry}/config/{subject}", {"compatibility": "FORWARD"}, "PUT")
    (grown,) = [each for each in await register_schemas(settings) if each.subject == subject]
    assert (grown.is_new, grown.was_compared, grown.level) == (True, True, "FORWARD")

    other = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}other."})
    subject = subject_of(other.topics.pended)
    register({**today, "properties": today["properties"] | {"more": {"type": "string"}},
              "required": [*today["required"], "more"]})  # fmt: skip
    ask(f"{registry}/config/{subject}", {"compatibility": "FORWARD"}, "PUT")
    refused = await asyncio.to_thread(run, other, "topics", "create", "--registry", registry)

    assert refused.exit_code == 69
    assert f"{registry}, subject {subject}: finds the schema of this version incompatible" in refused.output
    assert len(ask(f"{registry}/subjects/{subject}/versions")) == 1


async def test_a_worker_without_registered_schemas_does_not_start(
    settings_for: SettingsFor, registry: str, tmp_path: Path
) -> None:
    """It says which subject lacks its schema, and what registers it."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE).model_copy(
        update={"registry_url": registry, "schema_ids": SchemaIdPlace.ENVELOPE}
    )
    await create_topics(settings, partitions=1)

    with WorkerProcess(settings, tmp_path, "worker", REAL_WORKER) as worker:
        assert worker.process.wait(60) == 69
        (said,) = worker.events("registry-unusable")
    assert said["problem"].startswith(f"{registry}, subject {subject_of(settings.topics.scrubbed)}: does not have")
    assert "claimscrub topics create" in said["problem"]
