"""What the user of a connection may do with topics and the group, as the broker says it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from aiokafka.client import CoordinationType
from aiokafka.errors import GroupAuthorizationFailedError

from worker.kafka.coordinators import NONE, BrokerTooOldError, Coordinators
from worker.kafka.protocol import group_with_rights, topics_with_rights
from worker.settings import Settings

_NOT_TOLD: Final = -(2**31)
_NO_TOPIC_RIGHT: Final = 29


class Right(IntEnum):
    """What may be done, by its bit in the broker's answer (KIP-430)."""

    READ = 3
    WRITE = 4
    DESCRIBE = 8


@dataclass(frozen=True, slots=True)
class MissingRight:
    """Something that a worker must be allowed to do, and is not."""

    resource: str
    """`topic` or `group` and its name."""
    right: Right


async def missing_rights(coordinators: Coordinators, settings: Settings) -> tuple[MissingRight, ...] | None:
    """Return what a worker with these settings needs and may not do; None when the broker says nothing of rights.

    Transactional ids are not among them: no broker says who may use one before it is used.

    Raises `KafkaError`.
    """
    reads = {*settings.consumed_topics, *(topic.name for topic in settings.topics_in_use if topic.direction != "out")}
    needed = {(name, Right.READ) for name in reads} | {(name, Right.WRITE) for name in settings.written_topics}
    group = settings.group_id
    try:
        answer = await coordinators.ask(
            None, "", topics_with_rights(sorted({name for name, _ in needed})), lambda _: ()
        )
        of_group = await _of_group(coordinators, group)
    except BrokerTooOldError:
        return None
    bits = {
        name: 0 if code == _NO_TOPIC_RIGHT else rights
        for code, name, _, _, rights in answer.topics
        # One that is missing is for the check of topics.
        if code in {NONE, _NO_TOPIC_RIGHT}
    }
    if _NOT_TOLD in {of_group, *bits.values()}:
        return None
    missing = [
        MissingRight(f"topic {name}", right)
        for name, right in sorted(needed)
        if name in bits and not bits[name] >> right & 1
    ]
    missing += [
        MissingRight(f"group {group}", right) for right in (Right.READ, Right.DESCRIBE) if not of_group >> right & 1
    ]
    return tuple(missing)


async def _of_group(coordinators: Coordinators, group: str) -> int:
    request = group_with_rights(group)
    try:
        answer = await coordinators.ask(CoordinationType.GROUP, group, request, lambda found: [found.groups[0][0]])
    except GroupAuthorizationFailedError:
        return 0
    ((*_, rights),) = answer.groups
    return int(rights)
