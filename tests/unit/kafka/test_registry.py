"""What is asked of a schema registry, and what is said where it does not answer as it should."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiohttp import web

from schemas.topics import TOPICS
from tests.kafka.secure_broker import authority
from worker.kafka.registry import (
    DRAFT,
    RegistryError,
    find_schemas,
    level_of,
    register_schemas,
    registered_text,
    schema_stamp,
    with_schema,
)
from worker.settings import SchemaIdPlace, Settings

Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
GUID = "89791762-2336-4186-9674-299b90a802e2"


class FakeRegistry:
    """Answers as Confluent's registry does, with one version of a subject and what it was asked."""

    def __init__(self) -> None:
        self.schemas: dict[str, str] = {}
        self.levels: dict[str, str] = {}
        self.is_compatible = True
        self.asked: list[tuple[str, str]] = []
        self.logins: set[str | None] = set()

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        """Answer a request."""
        self.asked.append((request.method, request.path))
        self.logins.add(request.headers.get("Authorization"))
        body = json.loads(await request.read() or b"{}")
        subject = next(part for part in request.path.split("/") if part.endswith("-value"))
        absent = web.json_response({"error_code": 40401, "message": "Subject not found."}, status=404)
        if request.path.startswith("/config/"):
            if request.method == "PUT":
                self.levels[subject] = body["compatibility"]
                return web.json_response(body)
            level = self.levels.get(subject)
            return web.json_response({"compatibilityLevel": level}) if level else absent
        if request.path.startswith("/compatibility/"):
            said = {"is_compatible": self.is_compatible, "messages": ["REQUIRED_ATTRIBUTE_ADDED at #/required"]}
            return web.json_response(said) if subject in self.schemas else absent
        if request.path.endswith("/versions"):
            self.schemas[subject] = body["schema"]
        found = self.schemas.get(subject) == body["schema"]
        return web.json_response({"id": 7, "version": 1, "guid": GUID}) if found else absent


@asynccontextmanager
async def running(answer: Answering, tls: Any = None) -> AsyncIterator[str]:  # Any: an ssl.SSLContext, or None
    """Run a registry on loopback, and yield its address."""
    server = web.Server(answer)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def test_what_is_registered_is_the_published_schema_in_the_words_of_draft_7() -> None:
    """A validator of draft 7 takes the examples that one of 2020-12 takes; beside a reference it would read nothing."""
    for topic in with_schema(TOPICS):
        schema = json.loads(registered_text(topic.message.name))
        assert schema["$schema"] == DRAFT
        jsonschema.Draft7Validator.check_schema(schema)
        for part in _parts(schema):
            assert "$ref" not in part or part.keys() <= {"$ref", "default", "description", "title"}
    example = json.loads(Path("schemas/examples/outcome-rejected.json").read_text())
    outcome = jsonschema.Draft7Validator(json.loads(registered_text("outcome")))
    outcome.validate(example)
    assert not outcome.is_valid(example | {"disposition": "lost"})


def _parts(schema: Any) -> list[dict[str, Any]]:  # any JSON value
    if isinstance(schema, list):
        return [part for each in schema for part in _parts(each)]
    return [schema, *(part for each in schema.values() for part in _parts(each))] if isinstance(schema, dict) else []


def test_what_is_written_may_grow_and_what_is_read_is_held_by_our_own_comparison() -> None:
    """As `schemas/README.md` has it."""
    levels = {topic.role: level_of(topic) for topic in with_schema(TOPICS)}
    assert {role for role, level in levels.items() if level == "FORWARD"} == {
        "scrubbed",
        "rejected",
        "pended",
        "shadow",
    }
    assert {role for role, level in levels.items() if level == "NONE"} == levels.keys() - {
        "scrubbed", "rejected", "pended", "shadow"
    }  # fmt: skip


async def test_schemas_are_registered_once_with_their_levels() -> None:
    """A level that an operator chose stays; the worker finds what was registered, with the GUID."""
    registry = FakeRegistry()
    registry.levels["claims.pended.v1-value"] = "FULL"
    async with running(registry) as url:
        settings = Settings(registry_url=url + "/", schema_ids=SchemaIdPlace.HEADER)
        first = await register_schemas(settings)
        again = await register_schemas(settings)
        stamp = await schema_stamp(settings)

    assert [each.is_new for each in first] == [True] * len(first)
    assert not any(each.is_new or each.was_compared for each in again)
    assert {each.subject: each.level for each in first} == registry.levels
    assert registry.levels["claims.pended.v1-value"] == "FULL"
    assert stamp.schemas is not None
    assert set(stamp.schemas) == {"claims.scrubbed.v1", "claims.rejected.v1", "claims.pended.v1"}
    assert {str(each.guid) for each in stamp.schemas.values()} == {GUID}


async def test_a_schema_that_is_incompatible_is_not_registered() -> None:
    """The error names address, subject, what the registry said, and what to do."""
    registry = FakeRegistry()
    registry.schemas["claims.inbound.v1-value"] = "{}"
    async with running(registry) as url:
        compatible = await register_schemas(Settings(registry_url=url))
        registry.is_compatible = False
        registry.schemas["claims.rejected.v1-value"] = "{}"
        with pytest.raises(RegistryError) as refused:
            await register_schemas(Settings(registry_url=url))

    assert [each.subject for each in compatible if each.was_compared] == ["claims.inbound.v1-value"]
    assert str(refused.value).startswith(f"{url}, subject claims.rejected.v1-value: finds the schema")
    assert "REQUIRED_ATTRIBUTE_ADDED at #/required" in str(refused.value)
    assert registry.schemas["claims.rejected.v1-value"] == "{}"


async def _of(status: int, body: str = "{}", **headers: str) -> str:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(status=status, text=body, headers=headers)

    async with running(answer) as url:
        with pytest.raises(RegistryError) as refused:
            await register_schemas(Settings(registry_url=url))
    assert str(refused.value).startswith(f"{url}, subject claims.inbound.v1-value: ")
    return str(refused.value)


async def test_each_obstacle_is_said_with_its_remedy() -> None:
    """Login, another service, a redirect, an error of its own, and nobody at all."""
    assert "refuses the login (401): check CLAIMSCRUB_REGISTRY_USERNAME" in await _of(401)
    assert "refuses the login (403)" in await _of(403)
    assert "does not speak the REST API of a schema registry" in await _of(200, "<html>")
    assert "the registry (302)" in await _of(302, Location="http://127.0.0.1:1/")
    assert "the registry (500) does not say its compatibility level: no leader" in await _of(
        500, '{"error_code": 50003, "message": "no leader"}'
    )
    with pytest.raises(
        RegistryError, match=r"no registry answers there .*; start one, or correct CLAIMSCRUB_REGISTRY_URL"
    ):
        await register_schemas(Settings(registry_url="http://127.0.0.1:1"))
    with pytest.raises(RegistryError, match="CLAIMSCRUB_REGISTRY_URL is not set"):
        await find_schemas(Settings(), TOPICS)


async def test_a_schema_that_is_missing_is_named_with_what_registers_it() -> None:
    """What a worker ends with."""
    async with running(FakeRegistry()) as url:
        with pytest.raises(RegistryError) as missing:
            await schema_stamp(Settings(registry_url=url, schema_ids=SchemaIdPlace.ENVELOPE))
    assert str(missing.value) == (
        f"{url}, subject claims.scrubbed.v1-value: does not have the schema of this version; "
        "`claimscrub topics create` of this version, with --registry, registers it"
    )


async def test_nothing_is_asked_where_no_id_is_wanted() -> None:
    """A registry that is away keeps no such worker from starting."""
    stamp = await schema_stamp(Settings(registry_url="http://127.0.0.1:1"))
    assert stamp.schemas is None


async def test_the_login_is_read_from_files(tmp_path: Path) -> None:
    """Name and password, or a token; no error says them."""
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n")
    registry = FakeRegistry()
    async with running(registry) as url:
        basic = Settings(registry_url=url, registry_username="worker", registry_password_file=secret)
        await register_schemas(basic)
        assert registry.logins == {"Basic " + base64.b64encode(b"worker:hunter2").decode()}
        registry.logins.clear()
        await register_schemas(Settings(registry_url=url, registry_token_file=secret))
        assert registry.logins == {"Bearer hunter2"}
        secret.unlink()
        with pytest.raises(RegistryError, match="cannot be read") as gone:
            await register_schemas(basic)
    assert "hunter2" not in str(gone.value)


async def test_a_certificate_is_verified_with_the_authority_that_is_set(tmp_path: Path) -> None:
    """One that the system does not know is refused without it."""
    import ssl  # noqa: PLC0415 - this test's alone

    made = await asyncio.to_thread(authority, tmp_path / "ca")
    await asyncio.to_thread(made.sign, "registry")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.certificate("registry"), made.key("registry"))
    async with running(FakeRegistry(), context) as url:
        assert await register_schemas(Settings(registry_url=url, registry_ca_file=made.authority))
        with pytest.raises(RegistryError, match="not signed by CLAIMSCRUB_REGISTRY_CA_FILE"):
            await register_schemas(Settings(registry_url=url))
