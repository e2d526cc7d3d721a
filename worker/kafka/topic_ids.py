"""Asks a broker for the id of a topic: one that is deleted and created again keeps its name, and gets another id.

aiokafka knows the versions of Kafka's Metadata request that came before topic ids (KIP-516, Kafka 2.8). This is version
10, field by field as in `MetadataRequest.json` and `MetadataResponse.json` of Apache Kafka.
"""

from io import BytesIO
from typing import Any, Final
from uuid import UUID

from aiokafka.errors import IncompatibleBrokerVersion, NodeNotReadyError, for_code
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from worker.kafka.connection import Client

_METADATA: Final = 3
_VERSION: Final = 10
_ID_BYTES: Final = 16


class _Id(AbstractType[bytes]):
    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        return data.read(_ID_BYTES)


class _TopicIdResponse(Response):
    API_KEY = _METADATA
    API_VERSION = _VERSION
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString()),
                ("port", Int32),
                ("rack", CompactString()),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString()),
                ("topic_id", _Id),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("in_sync", CompactArray(Int32)),
                        ("offline", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _Struct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = _METADATA
    API_VERSION = _VERSION
    RESPONSE_TYPE = _TopicIdResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Id), ("name", CompactString()), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIdRequest(Request[_Struct]):
    API_KEY = _METADATA

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def build(self, request_struct_class: type[_Struct]) -> _Struct:
        return request_struct_class(
            topics=[(bytes(_ID_BYTES), self._topic, {})],
            allow_auto_topic_creation=False,
            include_cluster_authorized_operations=False,
            include_topic_authorized_operations=False,
            tags={},
        )


async def topic_id(client: Client, topic: str) -> str | None:
    """Return the id of a topic, in hexadecimal; None when the broker is older than topic ids.

    Raises `UnknownTopicOrPartitionError` where there is no such topic, and any other `KafkaError` of the broker.
    """
    node = client.get_random_node()
    if node is None:
        raise NodeNotReadyError
    try:
        answer: Any = await client.send(node, _TopicIdRequest(topic))  # Any: fields made from the schema
    except (IncompatibleBrokerVersion, NotImplementedError):
        return None
    ((code, _, found, *_),) = answer.topics
    if code:
        raise for_code(code)(topic)
    return UUID(bytes=found).hex if any(found) else None
