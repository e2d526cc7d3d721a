"""Registers our schemas in a schema registry that speaks the REST API of Confluent, and finds their ids there.

A subject is the topic's name and `-value` (TopicNameStrategy). What is registered is the published schema with the name
of draft 7 in `$schema`: it uses no word that came later, and most registries and serializers read no later draft.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import aiohttp
import orjson

import schemas
from schemas.topics import Topic
from worker.errors import ClaimscrubError
from worker.kafka.envelopes import NO_STAMP, RegisteredSchema, SchemaStamp
from worker.settings import SchemaIdPlace, Settings

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_SCHEMAS: Final = Path(schemas.__file__).parent / "json"
_CONTENT_TYPE: Final = "application/vnd.schemaregistry.v1+json"
_ANSWER_S: Final = 30.0
_MOST_SAID: Final = 500
_REFUSED_LOGINS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_HOW_TO_REGISTER: Final = "`claimscrub topics create` of this version, with --registry, registers it"


class RegistryError(ClaimscrubError):
    """The schema registry cannot be used; the text names its address, the subject, and what to do."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What was done for one subject.

    Attributes:
        subject: The name of the subject.
        schema: The ids of the schema.
        is_new: Whether it was registered now.
        was_compared: Whether the registry found it compatible with an earlier version before.
        level: The compatibility level that the subject has.
        wanted: The level that the contract goes by.
    """

    subject: str
    schema: RegisteredSchema
    is_new: bool
    was_compared: bool
    level: str
    wanted: str


def subject_of(topic: str) -> str:
    """Return the subject of the values of a topic."""
    return f"{topic}-value"


def with_schema(topics: Sequence[Topic]) -> list[Topic]:
    """Return the topics whose messages have a JSON Schema."""
    return [topic for topic in topics if topic.message.form == "json"]


def level_of(topic: Topic) -> str:
    """Return the compatibility level that fits the rule of `schemas/README.md`.

    What we write grows, and readers pass over what they do not know: FORWARD. What we read grows too, which every level
    but NONE refuses, as a sender might have used a new member before; that rule is held by the tests of the schemas.
    """
    return "FORWARD" if topic.direction == "out" else "NONE"


def registered_text(kind: str) -> str:
    """Return the schema of a kind of message as it is registered."""
    document = orjson.loads((_SCHEMAS / f"{kind}.schema.json").read_bytes())
    return orjson.dumps(document | {"$schema": DRAFT}).decode()


async def register_schemas(settings: Settings) -> list[Registration]:
    """Register the schema of each topic in use that has one. Raises `RegistryError`; what is done by then stays."""
    async with _open(settings) as registry:
        return [await registry.register(topic) for topic in with_schema(settings.topics_in_use)]


async def find_schemas(settings: Settings, topics: Sequence[Topic]) -> dict[str, RegisteredSchema]:
    """Return the ids of the schemas of topics, by topic. Raises `RegistryError` for one that is not registered."""
    async with _open(settings) as registry:
        return {topic.name: await registry.find_registered(topic) for topic in topics}


async def schema_stamp(settings: Settings) -> SchemaStamp:
    """Return what puts the ids of schemas on what a worker writes. Raises `RegistryError`."""
    if settings.schema_ids is SchemaIdPlace.OFF:
        return NO_STAMP
    written = [topic for topic in with_schema(settings.topics_in_use) if topic.direction == "out"]
    return SchemaStamp(settings.schema_ids, await find_schemas(settings, written))


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator["_Registry"]:
    if settings.registry_url is None:
        raise RegistryError("CLAIMSCRUB_REGISTRY_URL is not set, so that no schema registry is known")
    headers = {"Accept": f"{_CONTENT_TYPE}, application/json", "Content-Type": _CONTENT_TYPE}
    try:
        # Without a file of our own these are the authorities of the system.
        tls = await asyncio.to_thread(ssl.create_default_context, cafile=settings.registry_ca_file)
        login = await asyncio.to_thread(settings.registry_login)
    except (OSError, ValueError) as error:
        raise RegistryError(
            f"{settings.registry_url}: CLAIMSCRUB_REGISTRY_CA_FILE, or the file of the registry's password or token, "
            f"cannot be read ({type(error).__name__})"
        ) from None
    if login is not None:
        headers["Authorization"] = login.get_secret_value()
    timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
    async with aiohttp.ClientSession(
        headers=headers, timeout=timeout, connector=aiohttp.TCPConnector(ssl=tls)
    ) as session:
        yield _Registry(settings.registry_url.rstrip("/"), session)


@dataclass(frozen=True, slots=True)
class _RegistryReply:
    status: int
    document: Any  # any JSON value

    @property
    def sentence(self) -> str:
        """What the registry says in words."""
        document = self.document if isinstance(self.document, dict) else {}
        said = document.get("message") or document.get("reason") or document.get("messages") or "no reason given"
        return str(said)[:_MOST_SAID]


class _Registry:
    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url, self._session = url, session

    async def register(self, topic: Topic) -> Registration:
        subject, wanted, body = subject_of(topic.name), level_of(topic), _body(topic)
        level = await self._level(subject, wanted)
        known, was_compared = await self._find(subject, body), False
        if known is None:
            was_compared = await self._compare(subject, body)
            answer = await self._ask("POST", f"/subjects/{subject}/versions", subject, body)
            if answer.status != HTTPStatus.OK:
                raise self._refused(subject, f"does not register it: {answer.sentence}", answer)
        level = level or await self._set_level(subject, wanted)
        schema = known or await self.find_registered(topic)
        return Registration(
            subject, schema, is_new=known is None, was_compared=was_compared, level=level, wanted=wanted
        )

    async def find_registered(self, topic: Topic) -> RegisteredSchema:
        subject = subject_of(topic.name)
        found = await self._find(subject, _body(topic))
        if found is None:
            raise RegistryError(
                f"{self._url}, subject {subject}: does not have the schema of this version; {_HOW_TO_REGISTER}"
            )
        return found

    async def _find(self, subject: str, body: dict[str, str]) -> RegisteredSchema | None:
        answer = await self._ask("POST", f"/subjects/{subject}", subject, body)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        document = answer.document if isinstance(answer.document, dict) else {}
        if answer.status != HTTPStatus.OK or not isinstance(document.get("id"), int):
            raise self._refused(subject, f"does not say whether it has the schema: {answer.sentence}", answer)
        return RegisteredSchema(document["id"], _guid(document.get("guid")))

    async def _level(self, subject: str, wanted: str) -> str | None:
        """Return the level of a subject; one that has none of its own gets the level that is wanted.

        It is not set before the subject is there where that cannot be, as in Apicurio; then it is None.
        """
        answer = await self._ask("GET", f"/config/{subject}", subject)
        if answer.status == HTTPStatus.OK and isinstance(answer.document, dict):
            return str(answer.document.get("compatibilityLevel"))
        if answer.status != HTTPStatus.NOT_FOUND:
            raise self._refused(subject, f"does not say its compatibility level: {answer.sentence}", answer)
        answer = await self._ask("PUT", f"/config/{subject}", subject, {"compatibility": wanted})
        return None if answer.status == HTTPStatus.NOT_FOUND else self._taken(subject, wanted, answer)

    async def _set_level(self, subject: str, level: str) -> str:
        return self._taken(
            subject, level, await self._ask("PUT", f"/config/{subject}", subject, {"compatibility": level})
        )

    def _taken(self, subject: str, level: str, answer: _RegistryReply) -> str:
        if answer.status != HTTPStatus.OK:
            raise self._refused(subject, f"does not take the compatibility level {level}: {answer.sentence}", answer)
        return level

    async def _compare(self, subject: str, body: dict[str, str]) -> bool:
        """Return whether there is an earlier version to be compatible with."""
        path = f"/compatibility/subjects/{subject}/versions/latest?verbose=true"
        answer = await self._ask("POST", path, subject, body)
        if answer.status == HTTPStatus.NOT_FOUND:
            return False
        document = answer.document if isinstance(answer.document, dict) else {}
        if answer.status != HTTPStatus.OK or "is_compatible" not in document:
            raise self._refused(subject, f"does not compare it with the latest version: {answer.sentence}", answer)
        if document["is_compatible"] is not True:
            raise RegistryError(
                f"{self._url}, subject {subject}: finds the schema of this version incompatible with the latest one "
                f"that it has: {answer.sentence}. See whose schema that is; nothing was registered for it. Where it is "
                f"not in use any more, delete the subject, or give it the level NONE for the time being"
            )
        return True

    async def _ask(self, method: str, path: str, subject: str, body: dict[str, str] | None = None) -> _RegistryReply:
        data = None if body is None else orjson.dumps(body)
        place = f"{self._url}, subject {subject}"
        try:
            # A redirect would take the login along.
            async with self._session.request(method, self._url + path, data=data, allow_redirects=False) as response:
                content = await response.read()
                status = response.status
        except aiohttp.ClientConnectorCertificateError:
            raise RegistryError(
                f"{place}: the registry has a certificate that cannot be verified: not signed by "
                "CLAIMSCRUB_REGISTRY_CA_FILE, expired, or for a different host"
            ) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise RegistryError(
                f"{place}: no registry answers there ({type(error).__name__}); start one, or correct "
                "CLAIMSCRUB_REGISTRY_URL"
            ) from None
        if status in _REFUSED_LOGINS:
            raise RegistryError(
                f"{place}: the registry refuses the login ({status}): check CLAIMSCRUB_REGISTRY_USERNAME and the file "
                "of its password or token, and what the user may do there"
            )
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError:
            raise RegistryError(
                f"{place}: what answers there ({status}) does not speak the REST API of a schema registry; "
                "CLAIMSCRUB_REGISTRY_URL may lack a path, as /apis/ccompat/v7 of Apicurio"
            ) from None
        return _RegistryReply(status, document)

    def _refused(self, subject: str, what: str, answer: _RegistryReply) -> RegistryError:
        return RegistryError(f"{self._url}, subject {subject}: the registry ({answer.status}) {what}")


def _body(topic: Topic) -> dict[str, str]:
    return {"schemaType": "JSON", "schema": registered_text(topic.message.name)}


def _guid(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
