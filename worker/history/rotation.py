"""Names what is remembered under a key anew, as the next key would have named it, without any person or number."""

from worker.history.decisions import Decision, decision_id, decode_known, encode_decision
from worker.history.entry import EarlierLine, encode
from worker.history.key import KeyRotation
from worker.history.store import HistoryRecord


def renamed(record: HistoryRecord, rotation: KeyRotation) -> HistoryRecord:
    """Return a claim or decision that is remembered as if it had been under the next key.

    Raises `DamagedEntryError`.
    """
    if record.entry is None:
        return record._replace(person=rotation.person(record.person))
    known, mark = decode_known(record.entry), rotation.mark
    if isinstance(known, Decision):
        entry = encode_decision(known._replace(control=mark(known.control), billing=mark(known.billing)))
        # The same decision under the next key has this name, by which a second copy of it is known.
        return record._replace(person=rotation.person(record.person), claim=decision_id(entry), entry=entry)
    claim = known._replace(
        control=mark(known.control),
        original=mark(known.original),
        billing=mark(known.billing),
        specialty=mark(known.specialty),
        content=mark(known.content),
        lines=tuple(_line(each, rotation) for each in known.lines),
    )
    return record._replace(person=rotation.person(record.person), entry=encode(claim))


def renamed_waiting(record: HistoryRecord, rotation: KeyRotation) -> HistoryRecord:
    """Return a claim or document that waits as if it had been under the next key: its numbers are in the clear."""
    return record._replace(person=rotation.person(record.person))


def _line(line: EarlierLine, rotation: KeyRotation) -> EarlierLine:
    mark = rotation.mark
    return line._replace(rendering=mark(line.rendering), authorization=mark(line.authorization), text=mark(line.text))
