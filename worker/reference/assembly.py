"""Put loaded rows together into a snapshot: index them, date them, name the whole by a digest."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Generic, TypeVar

from worker.reference.diagnoses import Diagnoses
from worker.reference.edition import Edition
from worker.reference.name_index import index_names
from worker.reference.rows import (
    AspLimit,
    Container,
    Drug,
    Modifier,
    ModifierExclusion,
    MueLimit,
    OppsStatus,
    PlaceOfService,
    WasteDuty,
)
from worker.reference.snapshot import Snapshot, Tables
from worker.reference.tables import ByEdition, ByRow, Period

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class LoadedTable(Generic[Row]):
    """The editions of one table in order of time, each with its rows."""

    editions: tuple[tuple[Edition, tuple[Row, ...]], ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Every table as read."""

    drugs: LoadedTable[Drug]
    containers: LoadedTable[Container]
    waste_duty: LoadedTable[WasteDuty]
    mue: LoadedTable[MueLimit]
    asp_limits: LoadedTable[AspLimit]
    opps_status: LoadedTable[OppsStatus]
    modifiers: LoadedTable[Modifier]
    modifier_exclusions: LoadedTable[ModifierExclusion]
    diagnoses: LoadedTable[str]
    places_of_service: LoadedTable[PlaceOfService]


def assemble(loaded: Loaded) -> Snapshot:
    """The snapshot of what was read."""
    tables = Tables(
        drugs=_by_row(
            loaded.drugs,
            lambda drug: drug.hcpcs,
            lambda drug: Period(
                drug.effective_from, drug.effective_to, None if drug.effective_from else drug.known_from
            ),
        ),
        containers_by_ndc=_grouped(loaded.containers, lambda container: container.ndc11),
        containers_by_hcpcs=_grouped(loaded.containers, lambda container: container.hcpcs),
        waste_duty=_by_row(loaded.waste_duty, lambda duty: duty.hcpcs, lambda duty: Period(duty.jw_from, None)),
        mue=_by_edition(loaded.mue, lambda limit: (limit.hcpcs, limit.setting)),
        asp_limits=_by_edition(loaded.asp_limits, lambda limit: limit.hcpcs),
        opps_status=_by_edition(loaded.opps_status, lambda status: status.hcpcs),
        modifiers=_by_row(
            loaded.modifiers,
            lambda modifier: modifier.code,
            lambda modifier: Period(modifier.effective_from, modifier.effective_to),
        ),
        modifier_exclusions=loaded.modifier_exclusions.editions[0][1],
        diagnoses=Diagnoses(loaded.diagnoses.editions),
        places_of_service=_by_edition(loaded.places_of_service, lambda place: place.code),
        drug_names=index_names(loaded.drugs.editions[0][1]),
    )
    editions = _editions_of(loaded)
    return Snapshot(editions=editions, digest=digest_of(editions), tables=tables)


def digest_of(editions: Iterable[Edition]) -> str:
    """A hash over what decides an answer: table, edition, its dates and the digest of its file."""
    whole = sha256()
    for edition in sorted(editions, key=lambda edition: (edition.table, edition.name)):
        until = edition.in_force_to.isoformat() if edition.in_force_to else ""
        parts = (edition.table, edition.name, edition.in_force_from.isoformat(), until, edition.sha256)
        whole.update("\n".join(parts).encode() + b"\n\n")
    return whole.hexdigest()


def _editions_of(loaded: Loaded) -> tuple[Edition, ...]:
    of_all: list[Edition] = []
    for field in fields(loaded):
        table: LoadedTable[object] = getattr(loaded, field.name)
        of_all.extend(edition for edition, _ in table.editions)
    return tuple(sorted(of_all, key=lambda edition: (edition.table, edition.in_force_from)))


def _by_row(table: LoadedTable[Row], key: Callable[[Row], str], period: Callable[[Row], Period]) -> ByRow[Row]:
    ((edition, rows),) = table.editions
    return ByRow(edition, {key(row): (row, period(row)) for row in rows})


def _by_edition(table: LoadedTable[Row], key: Callable[[Row], Key]) -> ByEdition[Key, Row]:
    return ByEdition(tuple((edition, {key(row): row for row in rows}) for edition, rows in table.editions))


def _grouped(table: LoadedTable[Row], key: Callable[[Row], str]) -> ByEdition[str, tuple[Row, ...]]:
    return ByEdition(tuple((edition, _groups(rows, key)) for edition, rows in table.editions))


def _groups(rows: Iterable[Row], key: Callable[[Row], str]) -> Mapping[str, tuple[Row, ...]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: tuple(members) for name, members in groups.items()}
