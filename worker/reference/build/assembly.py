"""Put loaded rows together into a snapshot: index them, date them, name the whole by a digest."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from hashlib import sha256
from typing import Any, TypeVar

from worker.reference.build.loaded import LoadedTable, LoadedTables
from worker.reference.files.held_rows import ByKey, GroupsByKey
from worker.reference.tables.code_set_rows import SkinSubstitute
from worker.reference.tables.dated import ByEdition, ByRow, Period
from worker.reference.tables.diagnoses import Diagnoses
from worker.reference.tables.edition import Edition
from worker.reference.tables.name_index import index_names
from worker.reference.tables.names import DrugNames, NameIndex
from worker.reference.tables.policy_rows import NcciPair
from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot
from worker.reference.tables.table_set import Tables

# Any: a key is a text, or a tuple of texts where a table has several key columns; table_set.py says which.
Row = TypeVar("Row")


def assemble(loaded: LoadedTables, names: NameIndex | None = None) -> Snapshot:
    """The snapshot of what was read; without an index of the drugs' names it is made here."""
    ((drugs_edition, drugs),) = loaded.drugs.editions
    drugs_by_code = GroupsByKey(drugs, "hcpcs")
    tables = Tables(
        drugs=ByRow(drugs_edition, drugs_by_code, _since_known),
        containers_by_ndc=_grouped(loaded.containers, "ndc11"),
        containers_by_hcpcs=_grouped(loaded.containers, "hcpcs"),
        waste_duty=_by_row(loaded.waste_duty, lambda duty: Period(duty.jw_from, None), "hcpcs"),
        mue=_by_edition(loaded.mue, "hcpcs", "setting"),
        asp_limits=_by_edition(loaded.asp_limits, "hcpcs"),
        opps_status=_by_edition(loaded.opps_status, "hcpcs"),
        modifiers=_by_row(
            loaded.modifiers, lambda modifier: Period(modifier.effective_from, modifier.effective_to), "code"
        ),
        modifier_exclusions=tuple(loaded.modifier_exclusions.editions[0][1]),
        diagnoses=Diagnoses(loaded.diagnoses.editions),
        places_of_service=_by_edition(loaded.places_of_service, "code"),
        drug_names=DrugNames(index_names(drugs) if names is None else names, drugs_by_code),
        hcpcs_codes=_by_row(
            loaded.hcpcs_codes,
            # Of a code without first day only the last one is known.
            lambda code: Period(
                code.effective_from, code.effective_to, None if code.effective_from else code.effective_to
            ),
            "hcpcs",
        ),
        skin_substitutes=_by_row(loaded.skin_substitutes, _since_known, "hcpcs"),
        products_by_id=_grouped(loaded.products, "product_id"),
        products_by_hcpcs=_grouped(loaded.products, "hcpcs"),
        ncci_pairs=_ncci_pairs(loaded.ncci_pairs),
        self_administered=_grouped(loaded.self_administered, "hcpcs"),
        taxonomy=_by_edition(loaded.taxonomy, "code"),
        remark_codes=_by_edition(loaded.remark_codes, "code_set", "code"),
        expert_hints=_by_edition(loaded.expert_hints, "hcpcs"),
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


def _ncci_pairs(table: LoadedTable[NcciPair]) -> ByRow[tuple[str, str, str], NcciPair]:
    """The pairs by setting and codes; of a pair whose start we lack, only what the publisher's list shows is known.

    An ended pair is known to have been in force on its last day, an open one from the edition on.
    """
    ((edition, rows),) = table.editions

    def period(pair: NcciPair) -> Period:
        shown = min(edition.in_force_from, pair.effective_to or edition.in_force_from)
        return Period(pair.effective_from, pair.effective_to, None if pair.effective_from else shown)

    return ByRow(edition, GroupsByKey(rows, "setting", "column1", "column2"), period)


def _since_known(row: Drug | SkinSubstitute) -> Period:
    return Period(row.effective_from, row.effective_to, None if row.effective_from else row.known_from)


def _editions_of(loaded: LoadedTables) -> tuple[Edition, ...]:
    of_all: list[Edition] = []
    for field in fields(loaded):
        table: LoadedTable[object] = getattr(loaded, field.name)
        of_all.extend(edition for edition, _ in table.editions)
    return tuple(sorted(of_all, key=lambda edition: (edition.table, edition.in_force_from)))


def _by_row(table: LoadedTable[Row], period: Callable[[Row], Period], *key: str) -> ByRow[Any, Row]:
    ((edition, rows),) = table.editions
    return ByRow(edition, GroupsByKey(rows, *key), period)


def _by_edition(table: LoadedTable[Row], *key: str) -> ByEdition[Any, Row]:
    return ByEdition((edition, ByKey(rows, *key)) for edition, rows in table.editions)


def _grouped(table: LoadedTable[Row], *key: str) -> ByEdition[Any, tuple[Row, ...]]:
    return ByEdition((edition, GroupsByKey(rows, *key)) for edition, rows in table.editions)
