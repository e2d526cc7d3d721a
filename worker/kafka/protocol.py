"""Requests that aiokafka does not have, or only in versions without what an exact hand-over needs.

`TxnOffsetCommit` names the generation and the member that commit (KIP-447), so the group itself refuses who lost a
partition. `OffsetFetch` asks for offsets that no open transaction is about to change. With transactions of version 2
(KIP-890, Apache Kafka 4.0) records and offsets add their partitions by themselves. The layouts are those of Kafka's
message definitions; each request has the one version that is named, and a connection refuses what its broker does not
know.

These lean on parts of aiokafka that it keeps to itself; `tests/unit/kafka/test_protocol.py` notices when they change.
"""

from io import BytesIO
from typing import Any, ClassVar, Final, NamedTuple

from aiokafka.protocol.admin import DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response, ResponseHeader_v0
from aiokafka.protocol.types import (
    Array,
    Boolean,
    CompactArray,
    CompactBytes,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    String,
    TaggedFields,
)

_TEXT: Final = CompactString("utf-8")
_OLD_TEXT: Final = String("utf-8")
_TAGS: Final = ("tags", TaggedFields)
_NO_TAGS: Final[dict[int, bytes]] = {}
_FINALIZED_FEATURES_TAG: Final = 2
_TRANSACTION_FEATURE: Final = "transaction.version"

UNSTABLE_OFFSET_COMMIT: Final = 88
"""The answer for a partition whose offset an open transaction is about to change."""


class _TxnOffsetCommitResponseV3(Response):
    API_KEY = 28
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "errors",
            CompactArray(
                ("topic", _TEXT),
                ("partitions", CompactArray(("partition", Int32), ("error_code", Int16), _TAGS)),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class _TxnOffsetCommitResponseV5(_TxnOffsetCommitResponseV3):
    API_VERSION = 5


class _TxnOffsetCommitV3(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 28
    API_VERSION = 3
    RESPONSE_TYPE = _TxnOffsetCommitResponseV3
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("group_id", _TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("generation_id", Int32),
        ("member_id", _TEXT),
        ("group_instance_id", _TEXT),
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32), ("offset", Int64), ("leader_epoch", Int32), ("metadata", _TEXT), _TAGS
                    ),
                ),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class _TxnOffsetCommitV5(_TxnOffsetCommitV3):
    API_VERSION = 5
    RESPONSE_TYPE = _TxnOffsetCommitResponseV5


class _OffsetFetchResponseV7(Response):
    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", _TEXT),
                        ("error_code", Int16),
                        _TAGS,
                    ),
                ),
                _TAGS,
            ),
        ),
        ("error_code", Int16),
        _TAGS,
    )


class _OffsetFetchV7(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 9
    API_VERSION = 7
    RESPONSE_TYPE = _OffsetFetchResponseV7
    SCHEMA = Schema(
        ("group_id", _TEXT),
        ("topics", CompactArray(("topic", _TEXT), ("partitions", CompactArray(Int32)), _TAGS)),
        ("require_stable", Boolean),
        _TAGS,
    )


class _ProduceResponseV12(Response):
    API_KEY = 0
    API_VERSION = 12
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("error_code", Int16),
                        ("offset", Int64),
                        ("timestamp", Int64),
                        ("log_start_offset", Int64),
                        ("record_errors", CompactArray(("index", Int32), ("message", _TEXT), _TAGS)),
                        ("error_message", _TEXT),
                        _TAGS,
                    ),
                ),
                _TAGS,
            ),
        ),
        ("throttle_time_ms", Int32),
        _TAGS,
    )


class _ProduceV12(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 0
    API_VERSION = 12
    RESPONSE_TYPE = _ProduceResponseV12
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("required_acks", Int16),
        ("timeout", Int32),
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                ("partitions", CompactArray(("partition", Int32), ("messages", CompactBytes), _TAGS)),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class _EndTxnResponseV5(Response):
    API_KEY = 26
    API_VERSION = 5
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        _TAGS,
    )


class _EndTxnV5(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 26
    API_VERSION = 5
    RESPONSE_TYPE = _EndTxnResponseV5
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("committed", Boolean),
        _TAGS,
    )


class _ApiVersionsResponseV3(Response):
    API_KEY = 18
    API_VERSION = 3
    SCHEMA = Schema(
        ("error_code", Int16),
        ("api_keys", CompactArray(("api_key", Int16), ("min_version", Int16), ("max_version", Int16), _TAGS)),
        ("throttle_time_ms", Int32),
        _TAGS,
    )


class _ApiVersionsV3(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 18
    API_VERSION = 3
    RESPONSE_TYPE = _ApiVersionsResponseV3
    SCHEMA = Schema(("client_software_name", _TEXT), ("client_software_version", _TEXT), _TAGS)

    def parse_response_header(self, read_buffer: BytesIO | bytes) -> ResponseHeader_v0:
        """Return the old header, which every version of this one answer has (KIP-511)."""
        return ResponseHeader_v0.decode(read_buffer)


class _MetadataResponseV8(Response):
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", Array(("node", Int32), ("host", _OLD_TEXT), ("port", Int32), ("rack", _OLD_TEXT))),
        ("cluster_id", _OLD_TEXT),
        ("controller", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", _OLD_TEXT),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("in_sync", Array(Int32)),
                        ("offline", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("authorized_operations", Int32),
    )


class _MetadataV8(RequestStruct):
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponseV8
    SCHEMA = Schema(
        ("topics", Array(_OLD_TEXT)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _DescribeGroupsV3(RequestStruct):
    API_KEY = 15
    API_VERSION = 3
    # aiokafka answers its own request of this version with the layout of the one before.
    RESPONSE_TYPE = DescribeGroupsResponse_v3
    SCHEMA = Schema(("groups", Array(_OLD_TEXT)), ("include_authorized_operations", Boolean))


_FEATURES: Final = CompactArray(("name", _TEXT), ("max_version_level", Int16), ("min_version_level", Int16), _TAGS)


class OwnRequest(Request[RequestStruct]):
    """A request of one version, built beforehand."""

    API_KEY: ClassVar[int] = -1

    def __init__(self, kind: type[RequestStruct], *fields: Any) -> None:  # Any: what the schema says
        """Hold the fields of a request."""
        self.API_KEY = kind.API_KEY  # type: ignore[misc]  # one class serves several keys
        self._CLASSES = (kind,)  # type: ignore[misc]  # as above
        self._fields = fields

    def build(self, request_struct_class: type[RequestStruct]) -> RequestStruct:
        """Return the request to send."""
        return request_struct_class(*self._fields)


class TransactionalProducer(NamedTuple):
    """Who writes in a transaction."""

    transactional_id: str
    producer_id: int = -1
    epoch: int = -1


class GroupMember(NamedTuple):
    """In whose name offsets are committed."""

    group: str
    generation: int
    member_id: str
    instance_id: str | None


def txn_offset_commit(
    producer: TransactionalProducer,
    member: GroupMember,
    offsets: dict[str, list[tuple[int, int, str]]],
    *,
    is_v2: bool,
) -> OwnRequest:
    """Return the request that commits offsets within a transaction, as a member of the group.

    Args:
        producer: Whose transaction it is.
        member: Whose offsets they are.
        offsets: By topic: partition, offset and metadata.
        is_v2: Whether transactions are of version 2.
    """
    topics = [
        (topic, [(partition, offset, -1, metadata, _NO_TAGS) for partition, offset, metadata in places], _NO_TAGS)
        for topic, places in offsets.items()
    ]
    kind = _TxnOffsetCommitV5 if is_v2 else _TxnOffsetCommitV3
    name, producer_id, epoch = producer
    group, *who = member
    return OwnRequest(kind, name, group, producer_id, epoch, *who, topics, _NO_TAGS)


def stable_offset_fetch(group: str, partitions: dict[str, list[int]], *, is_stable: bool) -> OwnRequest:
    """Return the request for what a group has committed; with `is_stable` only what no open transaction changes."""
    topics = [(topic, places, _NO_TAGS) for topic, places in partitions.items()]
    return OwnRequest(_OffsetFetchV7, group, topics, is_stable, _NO_TAGS)


def produce_v2(transactional_id: str, timeout_ms: int, batches: dict[str, list[tuple[int, bytes]]]) -> OwnRequest:
    """Return the request that writes batches within a transaction of version 2, whose partitions it adds."""
    topics = [
        (topic, [(partition, batch, _NO_TAGS) for partition, batch in places], _NO_TAGS)
        for topic, places in batches.items()
    ]
    return OwnRequest(_ProduceV12, transactional_id, -1, timeout_ms, topics, _NO_TAGS)


def end_txn_v2(producer: TransactionalProducer, *, is_commit: bool) -> OwnRequest:
    """Return the request that ends a transaction of version 2; its answer has the producer's next epoch."""
    return OwnRequest(_EndTxnV5, *producer, is_commit, _NO_TAGS)


def topics_with_rights(topics: list[str]) -> OwnRequest:
    """Return the request for topics, each with what the user of this connection may do with it (KIP-430)."""
    return OwnRequest(_MetadataV8, topics, False, False, True)  # noqa: FBT003 -- as the schema has them


def group_with_rights(group: str) -> OwnRequest:
    """Return the request for who is in a group, with what the user of this connection may do with it (KIP-430)."""
    return OwnRequest(_DescribeGroupsV3, [group], True)  # noqa: FBT003 -- as above


def features_request() -> OwnRequest:
    """Return the request for what brokers can do, to which they add what the whole cluster has finalized."""
    return OwnRequest(_ApiVersionsV3, "claimscrub", "1", _NO_TAGS)


def transaction_version(answer: Any) -> int:  # Any: the answer to `features_request`
    """Return the version of transactions that a cluster has finalized; 0 when it says none."""
    packed = answer.tags.get(_FINALIZED_FEATURES_TAG)
    if packed is None:
        return 0
    levels = {name: level for name, level, _least, _tags in _FEATURES.decode(BytesIO(packed)) or ()}
    return int(levels.get(_TRANSACTION_FEATURE, 0))
