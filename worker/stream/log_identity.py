"""Writes the id of a topic beside what is committed for it, and reads it back.

An offset says nothing in another log: a topic that was deleted and created again begins anew. Apache Kafka forgets the
offsets of a topic that it deletes, but a worker that still runs commits its own again, and other brokers forget none.
"""

import re
from typing import Final

_ID: Final = re.compile(r" ?topic=([0-9a-f]{32})")


def with_topic_id(metadata: str, topic_id: str | None) -> str:
    """Return the metadata to commit: our own, and the id of the topic where the broker has ids."""
    return metadata if topic_id is None else f"{metadata} topic={topic_id}".strip()


def split_topic_id(committed: str) -> tuple[str, str | None]:
    """Return our own metadata without the id of the topic, and the id; none where there is none."""
    found = _ID.search(committed)
    if found is None or found.end() != len(committed):
        return committed, None
    return committed[: found.start()], found[1]
