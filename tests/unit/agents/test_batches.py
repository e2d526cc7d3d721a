"""How messages are cut into batches, and what is wrong with topics."""

from collections import deque

import pytest
from faust.types import TP

from schemas.topics import topics_under
from worker.agents.batches import FetchedMessage, by_partition, take_batch
from worker.kafka.messages import InboundMessage
from worker.kafka.topics import flaws


def _taken(partition: int, offset: int, size: int = 1, generation: int = 1) -> FetchedMessage:
    message = InboundMessage("claims.inbound.v1", partition, offset, None, None, b"x" * size, ())
    return FetchedMessage(TP("claims.inbound.v1", partition), generation, message)


def test_partitions_and_generations_do_not_mix_and_order_is_kept() -> None:
    """A batch is one partition in one generation, in the order of its offsets."""
    groups = by_partition([_taken(0, 1), _taken(1, 1), _taken(0, 2), _taken(0, 3, generation=2)])

    assert {
        (tp.partition, generation): [each.offset for each in group] for (tp, generation), group in groups.items()
    } == {
        (0, 1): [1, 2],
        (1, 1): [1],
        (0, 2): [3],
    }


@pytest.mark.parametrize(
    ("sizes", "batches"),
    [
        ([1] * 5, [3, 2]),
        ([1] * 3, [3]),
        ([10, 1], [1, 1]),
        ([5, 5, 1], [2, 1]),
        ([11], [1]),
        ([], []),
    ],
)
def test_batches_are_bounded_by_count_and_bytes(sizes: list[int], batches: list[int]) -> None:
    """At most three messages and ten bytes; a larger message stands alone."""
    waiting = deque(_taken(0, offset, size) for offset, size in enumerate(sizes))

    taken = []
    while waiting:
        taken.append(len(take_batch(waiting, 3, 10)))
    assert taken == batches


def test_missing_topics_and_unequal_partition_counts_are_flaws() -> None:
    """The order per key needs as many partitions behind the worker as before it."""
    topics = topics_under("a.")
    counts = {topic.name: topic.partitions for topic in topics}
    assert flaws(topics, counts) == ()

    counts["a.claims.pended.v1"] = 1
    del counts["a.claims.rejected.v1"]

    assert [(flaw.topic, flaw.problem) for flaw in flaws(topics, counts)] == [
        ("a.claims.rejected.v1", "is missing"),
        ("a.claims.pended.v1", "has 1 partitions, but a.claims.inbound.v1 has 6"),
    ]
