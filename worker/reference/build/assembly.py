"""Put loaded rows together into a snapshot: index them, date them, name the whole by a digest."""

from collections.abc import Iterable
from hashlib import sha256

from worker.reference.tables.declared import LoadedTables
from worker.reference.tables.edition import Edition
from worker.reference.tables.name_index import index_names
from worker.reference.tables.names import DrugNames, NameIndex
from worker.reference.tables.snapshot import Snapshot
from worker.reference.tables.table_set import Tables


def assemble(loaded: LoadedTables, names: NameIndex | None = None) -> Snapshot:
    """The snapshot of what was read; without an index of the drugs' names it is made here."""
    tables = Tables(loaded)
    if names is None:
        ((_, drugs),) = loaded.of(Tables.drugs).editions
        names = index_names(drugs)
    editions = _editions_of(loaded)
    return Snapshot(editions, digest_of(editions), tables, DrugNames(names, tables.drugs.rows))


def digest_of(editions: Iterable[Edition]) -> str:
    """A hash over what decides an answer: table, edition, its dates, how long it is trusted, the digest of its file."""
    whole = sha256()
    for edition in sorted(editions, key=lambda edition: (edition.table, edition.name)):
        until = edition.in_force_to.isoformat() if edition.in_force_to else ""
        parts = (
            edition.table,
            edition.name,
            edition.in_force_from.isoformat(),
            until,
            str(edition.trusted_days),
            edition.sha256,
        )
        whole.update("\n".join(parts).encode() + b"\n\n")
    return whole.hexdigest()


def _editions_of(loaded: LoadedTables) -> tuple[Edition, ...]:
    of_all = (edition for table in loaded.tables.values() for edition, _ in table.editions)
    return tuple(sorted(of_all, key=lambda edition: (edition.table, edition.in_force_from)))
