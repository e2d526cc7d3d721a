"""What a writer asks of brokers, in which order, and what it does when one of them refuses."""

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import IllegalGenerationError, KafkaError, MessageSizeTooLargeError, ProducerFenced, for_code

from worker.kafka.coordinators import Coordinators
from worker.kafka.protocol import GroupMember
from worker.kafka.writers import SEQUENCES, IdempotentWriter, NotMemberError, TransactionalWriter
from worker.stream.records import OutgoingRecord

MEMBER = GroupMember("claimscrub", 12, "member-1", None)
PLACE = TopicPartition("scrubbed", 0)
OFFSETS = {TopicPartition("claims", 0): (500, "m")}
ILLEGAL_GENERATION, FENCED_INSTANCE = 22, 82
NAMES = {22: "init", 24: "partitions", 25: "group", 28: "offsets", 26: "end", 8: "offsets", 0: "records"}


class Brokers:
    """Coordinators and leaders that write down what they are asked, and may refuse it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failures = 0
        self.epoch = -1
        self.batches: list[tuple[int, int, int]] = []
        self.on: dict[str, Callable[[], None]] = {}

    async def ask(self, _kind: object, _key: str, request: Any, codes: object = None) -> Any:  # Any: aiokafka's
        """Answer a request, or raise."""
        assert codes is None or callable(codes)
        struct = request.prepare(dict.fromkeys(range(100), (0, 5)))
        name = NAMES[struct.API_KEY]
        if name == "end":
            fields = struct.to_object()
            name = "commit" if fields.get("committed", fields.get("transaction_result")) else "abort"
        self.asked.append(name)
        self.on.get(name, lambda: None)()
        if name == "init":
            self.epoch += 1
        return SimpleNamespace(producer_id=1, producer_epoch=self.epoch)

    async def produce(self, batches: Mapping[TopicPartition, bytes], request: Callable[[Any], Any]) -> None:
        """Take batches, or raise."""
        self.asked.append("records")
        self.on.get("records", lambda: None)()
        request({})
        for batch in batches.values():
            # Of a record batch (version 2): producer id at 43, epoch at 51, first sequence at 53, records at 57.
            numbers = (batch[51:53], batch[53:57], batch[57:61])
            self.batches.append(cast("tuple[int, int, int]", tuple(int.from_bytes(each) for each in numbers)))


def raising(error: Exception) -> Callable[[], None]:
    """Refuse with an error."""

    def refuse() -> None:
        raise error

    return refuse


def records(*values: bytes, partitions: Iterable[int] = (0,)) -> list[OutgoingRecord]:
    """Some records for each of some partitions."""
    return [OutgoingRecord("scrubbed", number, b"k", value, ()) for number in partitions for value in values]


async def transactional(brokers: Brokers, *, is_v2: bool = False, batch_bytes: int = 10_000) -> TransactionalWriter:
    """A writer that has its epoch."""
    writer = TransactionalWriter(
        cast("Coordinators", brokers), "claimscrub-worker-0-0", timeout_ms=15_000, batch_bytes=batch_bytes, is_v2=is_v2
    )
    await writer.renew()
    brokers.asked.clear()
    return writer


@pytest.mark.parametrize(
    ("is_v2", "expected"),
    [
        (False, ["partitions", "group", "records", "offsets", "commit"]),
        (True, ["records", "offsets", "commit"]),
    ],
)
async def test_records_and_offsets_are_one_transaction(expected: list[str], *, is_v2: bool) -> None:
    """Partitions and group are added first; with transactions of version 2 the broker does so itself."""
    brokers = Brokers()
    writer = await transactional(brokers, is_v2=is_v2)

    await writer.write(records(b"a"), MEMBER, OFFSETS)

    assert brokers.asked == expected


async def test_offsets_alone_are_a_transaction_too() -> None:
    """What is committed beside an offset is fenced like everything that moves it."""
    brokers = Brokers()
    writer = await transactional(brokers)

    await writer.write((), MEMBER, OFFSETS)

    assert brokers.asked == ["group", "offsets", "commit"]


@pytest.mark.parametrize("code", [ILLEGAL_GENERATION, 25, 27, FENCED_INSTANCE, 113])
async def test_a_group_that_refuses_a_member_has_the_transaction_aborted(code: int) -> None:
    """Nothing of it is durable, for certain: nobody asked to commit."""
    brokers = Brokers()
    writer = await transactional(brokers)
    brokers.on["offsets"] = raising(for_code(code)("OwnRequest", code))

    with pytest.raises(NotMemberError):
        await writer.write(records(b"a"), MEMBER, OFFSETS)

    assert brokers.asked[-1] == "abort"
    assert "commit" not in brokers.asked


async def test_a_refusal_counts_more_than_what_else_went_wrong_beside_it() -> None:
    """Who is not a member has no partitions to go on with, whatever became of the records."""
    brokers = Brokers()
    writer = await transactional(brokers)
    brokers.on = {"offsets": raising(IllegalGenerationError("OwnRequest", 22)), "records": raising(ProducerFenced())}

    with pytest.raises(NotMemberError):
        await writer.write(records(b"a"), MEMBER, OFFSETS)


@pytest.mark.parametrize("step", ["partitions", "group", "records", "offsets"])
async def test_what_fails_before_the_end_is_aborted_and_the_next_one_has_a_new_epoch(step: str) -> None:
    """A request whose answer is missing may come late, and must not count in a later transaction."""
    brokers = Brokers()
    writer = await transactional(brokers)
    brokers.on[step] = raising(MessageSizeTooLargeError("scrubbed", 0))

    with pytest.raises(MessageSizeTooLargeError):
        await writer.write(records(b"a"), MEMBER, OFFSETS)
    assert brokers.asked[-1] == "abort"

    brokers.on.clear()
    brokers.asked.clear()
    await writer.write(records(b"a"), MEMBER, OFFSETS)
    assert brokers.asked[0] == "init"


async def test_a_commit_without_an_answer_is_not_aborted() -> None:
    """It may have been made; only a new epoch makes certain."""
    brokers = Brokers()
    writer = await transactional(brokers)
    brokers.on["commit"] = raising(KafkaError())

    with pytest.raises(KafkaError):
        await writer.write(records(b"a"), MEMBER, OFFSETS)

    assert brokers.asked[-1] == "commit"


async def test_an_answer_that_was_lost_on_the_way_costs_a_new_epoch() -> None:
    """The request was sent again, and the first one may still be on its way."""
    brokers = Brokers()
    writer = await transactional(brokers)

    def lose() -> None:
        brokers.failures += 1

    brokers.on["offsets"] = lose
    await writer.write(records(b"a"), MEMBER, OFFSETS)
    assert "init" not in brokers.asked
    brokers.on.clear()
    await writer.write(records(b"b"), MEMBER, OFFSETS)
    assert brokers.asked.count("init") == 1
    await writer.write(records(b"c"), MEMBER, OFFSETS)
    assert brokers.asked.count("init") == 1


async def test_records_are_numbered_on_and_begin_anew_with_an_epoch() -> None:
    """By which brokers know a batch that is sent twice."""
    brokers = Brokers()
    writer = await transactional(brokers)

    await writer.write(records(b"a", b"b"), MEMBER, OFFSETS)
    await writer.write(records(b"c"), MEMBER, OFFSETS)
    await writer.renew()
    await writer.write(records(b"d"), MEMBER, OFFSETS)

    assert brokers.batches == [(0, 0, 2), (0, 2, 1), (1, 0, 1)]


async def test_the_epoch_of_the_answer_counts_with_transactions_of_version_2() -> None:
    """Each end of a transaction gives the next one."""
    brokers = Brokers()
    writer = await transactional(brokers, is_v2=True)

    def next_epoch() -> None:
        brokers.epoch += 1

    brokers.on["commit"] = next_epoch
    for value in (b"a", b"b"):
        await writer.write(records(value), MEMBER, OFFSETS)

    assert brokers.batches == [(0, 0, 1), (1, 0, 1)]


async def test_the_numbers_of_records_begin_at_0_again_after_2_to_the_31() -> None:
    """As brokers count; a negative number would be refused, after 35 days of 700 claims a second."""
    brokers = Brokers()
    writer = await transactional(brokers)
    writer._batches.sequences[PLACE] = SEQUENCES - 1  # noqa: SLF001 -- nobody waits for 35 days

    await writer.write(records(b"a", b"b"), MEMBER, OFFSETS)
    await writer.write(records(b"c"), MEMBER, OFFSETS)

    assert [(first, count) for _, first, count in brokers.batches] == [(2**31 - 1, 2), (1, 1)]


async def test_a_partition_has_one_batch_at_a_time_on_its_way() -> None:
    """What is more than one batch follows it, so that the order holds; a record above the bound has one of its own."""
    brokers = Brokers()
    writer = await transactional(brokers, batch_bytes=1_000)

    await writer.write(records(b"x" * 600, b"y" * 600, b"z" * 5_000, partitions=(0, 1)), MEMBER, OFFSETS)

    assert brokers.asked.count("records") == 3
    assert [first for _, first, _ in brokers.batches] == [0, 0, 1, 1, 2, 2]


async def test_without_transactions_the_offsets_follow_the_records() -> None:
    """A worker that dies in between has sent what comes again, and has lost nothing."""
    brokers = Brokers()
    writer = IdempotentWriter(cast("Coordinators", brokers), batch_bytes=10_000)
    await writer.renew()

    await writer.write(records(b"a"), MEMBER, OFFSETS)
    brokers.on["offsets"] = raising(IllegalGenerationError("OffsetCommitRequest", ILLEGAL_GENERATION))
    with pytest.raises(NotMemberError):
        await writer.write(records(b"b"), MEMBER, OFFSETS)

    assert brokers.asked == ["init", "records", "offsets", "records", "offsets"]
