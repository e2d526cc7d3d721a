"""Writes beside an offset of which topic it is and which member of the group committed it, and reads that back.

An offset says nothing in another log: a topic that was deleted and created again begins anew. Apache Kafka forgets the
offsets of a topic that it deletes, but a worker that still runs commits its own again, and other brokers forget none.

Suspects that a worker named who is still a member of the group ended nobody: it gave the partition away amid a batch.
"""

import re
from typing import Final

_TOPIC: Final = re.compile(r"topic=[0-9a-f]{32}")


def with_marks(metadata: str, topic_id: str | None, member_id: str | None) -> str:
    """Return the metadata to commit: our own, the id of the topic where the broker has ids, and the member."""
    topic = None if topic_id is None else f"topic={topic_id}"
    member = f"by={member_id}" if member_id else None
    return " ".join(each for each in (metadata, topic, member) if each)


def split_marks(committed: str) -> tuple[str, str | None, str | None]:
    """Return our own metadata without the marks, the id of the topic and the member, each None when absent."""
    words = committed.split(" ")
    member = words.pop()[len("by=") :] if words[-1].startswith("by=") else None
    topic = words.pop()[len("topic=") :] if words and _TOPIC.fullmatch(words[-1]) else None
    return " ".join(words), topic, member
