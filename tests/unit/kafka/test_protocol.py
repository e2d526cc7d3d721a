"""The requests of our own, byte by byte, and the parts of aiokafka on which they lean."""

import inspect
from importlib.metadata import version
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.api import Request, RequestStruct
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.types import Schema, TaggedFields

from worker.kafka.protocol import (
    GroupMember,
    OwnRequest,
    TransactionalProducer,
    end_txn_v2,
    features_request,
    produce_v2,
    stable_offset_fetch,
    transaction_version,
    txn_offset_commit,
)

PRODUCER = TransactionalProducer("claimscrub-worker-0-0", 4001, 7)
MEMBER = GroupMember("claimscrub", 12, "worker-0-e63f", "worker-0")
EVERYTHING = dict.fromkeys(range(100), (0, 99))
"""A broker that knows all versions there are."""


def sent(request: OwnRequest) -> RequestStruct:
    """What is sent to a broker that knows everything."""
    return request.prepare(EVERYTHING)


def test_offsets_of_a_transaction_name_the_generation_and_the_member() -> None:
    """TxnOffsetCommit 3, as Kafka's definition lays it out: compact strings count one more, tags end each struct."""
    request = sent(txn_offset_commit(PRODUCER, MEMBER, {"claims": [(2, 500, "m")]}, is_v2=False))

    assert (request.API_KEY, request.API_VERSION, request.FLEXIBLE_VERSION) == (28, 3, True)
    assert request.encode() == b"".join(
        [
            b"\x16claimscrub-worker-0-0",
            b"\x0bclaimscrub",
            (4001).to_bytes(8),
            (7).to_bytes(2),
            (12).to_bytes(4),
            b"\x0eworker-0-e63f",
            b"\x09worker-0",
            b"\x02\x07claims",
            b"\x02" + (2).to_bytes(4) + (500).to_bytes(8) + b"\xff\xff\xff\xff" + b"\x02m" + b"\0",
            b"\0\0",
        ]
    )


def test_a_member_without_a_fixed_name_has_none() -> None:
    """Null, and not an empty name."""
    named = sent(txn_offset_commit(PRODUCER, MEMBER, {}, is_v2=False)).encode()
    nameless = sent(txn_offset_commit(PRODUCER, MEMBER._replace(instance_id=None), {}, is_v2=False)).encode()

    assert nameless == named.replace(b"\x09worker-0\x01", b"\0\x01")


@pytest.mark.parametrize("is_stable", [True, False])
def test_offsets_are_asked_for_as_they_are_or_once_they_are_stable(*, is_stable: bool) -> None:
    """OffsetFetch 7."""
    request = sent(stable_offset_fetch("claimscrub", {"claims": [0, 1]}, is_stable=is_stable))

    assert (request.API_KEY, request.API_VERSION) == (9, 7)
    partitions = b"\x03" + bytes(4) + (1).to_bytes(4)
    assert request.encode() == b"\x0bclaimscrub\x02\x07claims" + partitions + b"\0" + bytes([is_stable]) + b"\0"


def test_transactions_of_version_2_have_forms_of_their_own() -> None:
    """They add partitions by themselves; with transactions of version 1 a broker would refuse them."""
    offsets = sent(txn_offset_commit(PRODUCER, MEMBER, {"claims": [(0, 1, "")]}, is_v2=True))
    records = sent(produce_v2(PRODUCER.transactional_id, 30_000, {"scrubbed": [(3, b"batch")]}))
    ending = sent(end_txn_v2(PRODUCER, is_commit=True))

    assert [(each.API_KEY, each.API_VERSION) for each in (offsets, records, ending)] == [(28, 5), (0, 12), (26, 5)]
    assert records.encode() == (
        b"\x16claimscrub-worker-0-0\xff\xff" + (30_000).to_bytes(4) + b"\x02\x09scrubbed\x02"
        + (3).to_bytes(4) + b"\x06batch" + b"\0\0\0"
    )  # fmt: skip
    assert ending.encode() == b"\x16claimscrub-worker-0-0" + (4001).to_bytes(8) + (7).to_bytes(2) + b"\x01\0"


@pytest.mark.parametrize(
    "request_",
    [
        txn_offset_commit(PRODUCER, MEMBER, {}, is_v2=False),
        txn_offset_commit(PRODUCER, MEMBER, {}, is_v2=True),
        stable_offset_fetch("claimscrub", {}, is_stable=True),
        features_request(),
    ],
    ids=["txn-offset-commit-3", "txn-offset-commit-5", "offset-fetch-7", "api-versions-3"],
)
def test_a_broker_that_lacks_the_version_is_told_apart(request_: OwnRequest) -> None:
    """A lower version would leave out what the request is for."""
    wanted = sent(request_).API_VERSION

    with pytest.raises(NotImplementedError):
        request_.prepare({request_.API_KEY: (0, wanted - 1)})
    assert wanted == request_.prepare({request_.API_KEY: (0, wanted)}).API_VERSION


def finalized(*features: tuple[bytes, int]) -> Any:  # Any: the part of an answer that is looked at
    """An answer with the features that a cluster has finalized."""
    packed = bytes([len(features) + 1]) + b"".join(
        bytes([len(name) + 1]) + name + level.to_bytes(2) + (1).to_bytes(2) + b"\0" for name, level in features
    )
    return SimpleNamespace(tags={2: packed})


def test_the_version_of_transactions_is_read_from_what_a_cluster_has_finalized() -> None:
    """Among others; a cluster that says nothing has none."""
    both = finalized((b"metadata.version", 27), (b"transaction.version", 2))

    assert transaction_version(both) == 2
    assert transaction_version(finalized((b"metadata.version", 27))) == 0
    assert transaction_version(SimpleNamespace(tags={})) == 0


def test_the_answer_about_versions_has_the_old_header() -> None:
    """Whatever the version: a broker that does not know it must be understood too (KIP-511)."""
    request = sent(features_request())

    header: Any = request.parse_response_header(BytesIO((5).to_bytes(4) + b"rest"))

    assert header.correlation_id == 5


def test_aiokafka_still_has_what_is_leaned_on() -> None:
    """Its next release changes how tagged fields are declared (pull request 1162), so each minor release is looked at.

    It declares none of these public. Where one is gone, `worker.kafka` is to be read against the new source.
    """
    assert version("aiokafka").startswith("0.14.")
    assert RequestStruct.FLEXIBLE_VERSION is False
    assert {"build", "prepare"} <= set(vars(Request))
    assert TaggedFields.encode({}) == b"\0"
    assert Schema(("tags", TaggedFields)).encode([{}]) == b"\0"
    private = {
        AIOKafkaClient: ["_wait_on_metadata"],
        AIOKafkaAdminClient: ["_send_request"],
        BatchBuilder: ["_set_producer_state", "_build"],
    }
    for kind, names in private.items():
        assert [name for name in names if not hasattr(kind, name)] == []
    parameters = inspect.signature(AIOKafkaClient.send).parameters
    assert list(parameters) == ["self", "node_id", "request", "group"]
    assert list(inspect.signature(BatchBuilder._set_producer_state).parameters)[1:] == [  # noqa: SLF001 -- see above
        "producer_id",
        "producer_epoch",
        "base_sequence",
    ]
    assert {each.name for each in ConnectionGroup} >= {"DEFAULT", "COORDINATION"}
    assert {each.name for each in CoordinationType} >= {"GROUP", "TRANSACTION"}


def test_what_aiokafka_has_is_not_sent_in_versions_of_our_own() -> None:
    """Without transactions of version 2 its own forms of records and plain offsets do."""
    produce = ProduceRequest("id", -1, 1, []).prepare({0: (0, 12)})
    commit = OffsetCommitRequest("g", 1, "m", -1, []).prepare({8: (2, 9)})

    assert (produce.API_VERSION, commit.API_VERSION) == (7, 3)
