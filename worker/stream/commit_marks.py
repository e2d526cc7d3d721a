"""Writes beside an offset of which topic it is and who committed it, and reads that back.

An offset says nothing in another log: a topic that was deleted and created again begins anew. Apache Kafka forgets the
offsets of a topic that it deletes, but a worker that still runs commits its own again, and other brokers forget none.

Suspects that a worker named who is still a member of the group ended nobody: it gave the partition away amid a batch.
A process that has left the group may have left a transaction open, which whoever comes next ends by its name.
"""

import re
from dataclasses import dataclass
from typing import Final

from worker.stream.history.position import PENDED, HistoryPosition, read_position

_TOPIC: Final = re.compile(r"topic=[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class CommitMarks:
    """Whose a committed offset is; each is None when it is not said."""

    topic_id: str | None = None
    """The id of the topic that the offset is of."""
    member_id: str | None = None
    """The member of the group that committed it and what is written beside it."""
    process: str | None = None
    """The process that committed it, after which its transactions are called."""
    history: HistoryPosition | None = None
    """How much of the changelog belongs to the offset; None when claims are not remembered."""
    pended: HistoryPosition | None = None
    """The same of what waits for documentation; None when nothing does."""


def with_marks(metadata: str, marks: CommitMarks) -> str:
    """Return the metadata to commit: our own, and the marks as words, the member last."""
    process = f"from={marks.process}" if marks.process else None
    topic = None if marks.topic_id is None else f"topic={marks.topic_id}"
    member = f"by={marks.member_id}" if marks.member_id else None
    history = None if marks.history is None else marks.history.word()
    pended = None if marks.pended is None else marks.pended.word(PENDED)
    # Where an earlier release, which does not know it, still finds all the others.
    return " ".join(each for each in (metadata, pended, process, topic, history, member) if each)


def split_marks(committed: str) -> tuple[str, CommitMarks]:
    """Return our own metadata without the marks, and the marks."""
    words = committed.split(" ")
    member = words.pop()[len("by=") :] if words[-1].startswith("by=") else None
    history = read_position(words[-1]) if words else None
    if history is not None:
        words.pop()
    topic = words.pop()[len("topic=") :] if words and _TOPIC.fullmatch(words[-1]) else None
    process = words.pop()[len("from=") :] if words and words[-1].startswith("from=") else None
    pended = read_position(words[-1], PENDED) if words else None
    if pended is not None:
        words.pop()
    return " ".join(words), CommitMarks(topic, member, process, history, pended)
