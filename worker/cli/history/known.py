"""What the changelog of a memory holds of one person, in the form in which it is shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from worker.history.decisions import Decision, decode_known
from worker.history.entry import EarlierClaim, EarlierLine
from worker.history.store import HistoryRecord
from worker.kafka.read import StartingPoint, tail
from worker.settings import Settings
from worker.stream.history.changelog import read


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """One claim or decision that is remembered, with the day on which it was received."""

    received_on: date
    known: EarlierClaim | Decision


async def known_of(settings: Settings, person: bytes, partition: int) -> list[KnownRecord]:
    """Read the changelog of a partition to its end, and return what it holds of a person, in order of their places.

    Raises `BrokenHistoryError` and `DamagedEntryError`.
    """
    topic = settings.topics.history
    found: dict[bytes, HistoryRecord] = {}
    async for each in tail(settings, [topic], start=StartingPoint(partition=partition), follow=False):
        where = f"{topic}, partition {partition}, offset {each.offset}"
        record = read(each.key, each.value, each.headers, where).record
        if record is None or record.person != person:
            continue
        found.pop(record.claim, None)
        if record.entry is not None:
            found[record.claim] = record
    records = sorted(found.values(), key=lambda each: each.place)
    return [KnownRecord(each.received_on, decode_known(each.entry)) for each in records if each.entry is not None]


def as_rows(found: Iterable[KnownRecord], *, reveal: bool) -> Iterator[Mapping[str, object]]:
    """Yield each as members of a JSON object; services, which are health data, only where they are asked for."""
    for each in found:
        known = each.known
        if isinstance(known, Decision):
            yield {
                "kind": "decision",
                "receivedOn": each.received_on,
                "controlMark": known.control.hex(),
                "state": f"decision: {known.decision.value}",
                "decidedOn": known.on,
            }
            continue
        yield {
            "kind": "claim",
            "receivedOn": known.received_on,
            "controlMark": known.control.hex(),
            "outcome": known.outcome.hex(),
            "state": known.state.name.lower(),
            "frequency": known.frequency,
            "lines": len(known.lines),
        } | ({"services": [_service(line) for line in known.lines]} if reveal else {})


def in_a_cell(value: object) -> str:
    """Return a member of a row as a cell of a table shows it, each service on a line of its own."""
    if not isinstance(value, list):
        return "" if value is None else str(value)
    return "\n".join(" ".join(str(part) for part in _in_short(each)) for each in value)


def _in_short(service: Mapping[str, object]) -> Iterator[object]:
    modifiers = service["modifiers"]
    yield service["procedureCode"] or "?"
    yield service["serviceDate"]
    yield f"x {service['units']}"
    yield from modifiers if isinstance(modifiers, tuple) else ()


def _service(line: EarlierLine) -> Mapping[str, object]:
    return {
        "procedureCode": line.code,
        "serviceDate": line.on,
        "serviceDateEnd": line.until,
        "units": None if line.units is None else f"{line.units:f}",
        "charge": None if line.charge is None else f"{line.charge:f}",
        "modifiers": line.modifiers,
        "place": line.place,
        "nationalDrugCode": line.ndc,
    }
