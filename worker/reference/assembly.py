"""Put loaded rows together into a snapshot: index them, date them, name the whole by a digest."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields
from hashlib import sha256
from typing import TypeVar

from worker.reference.code_set_rows import SkinSubstitute
from worker.reference.diagnoses import Diagnoses
from worker.reference.edition import Edition
from worker.reference.loaded import Loaded, LoadedTable
from worker.reference.name_index import index_names
from worker.reference.policy_rows import NcciPair
from worker.reference.rows import Drug
from worker.reference.snapshot import Snapshot
from worker.reference.table_set import Tables
from worker.reference.tables import ByEdition, ByRow, Period

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)


def assemble(loaded: Loaded) -> Snapshot:
    """The snapshot of what was read."""
    tables = Tables(
        drugs=_by_row(loaded.drugs, lambda drug: drug.hcpcs, _since_known),
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
        hcpcs_codes=_by_row(
            loaded.hcpcs_codes,
            lambda code: code.hcpcs,
            # Of a code without first day only the last one is known.
            lambda code: Period(
                code.effective_from, code.effective_to, None if code.effective_from else code.effective_to
            ),
        ),
        skin_substitutes=_by_row(loaded.skin_substitutes, lambda product: product.hcpcs, _since_known),
        products_by_id=_grouped(loaded.products, lambda product: product.product_id),
        products_by_hcpcs=_grouped(loaded.products, lambda product: product.hcpcs),
        ncci_pairs=ncci_pairs(loaded.ncci_pairs),
        self_administered=_grouped(loaded.self_administered, lambda entry: entry.hcpcs),
        taxonomy=_by_edition(loaded.taxonomy, lambda code: code.code),
        remark_codes=_by_edition(loaded.remark_codes, lambda code: (code.code_set, code.code)),
        expert_hints=_by_edition(loaded.expert_hints, lambda hint: hint.hcpcs),
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


def ncci_pairs(table: LoadedTable[NcciPair]) -> ByRow[tuple[str, str, str], NcciPair]:
    """The pairs by setting and codes; of a pair whose start we lack, only what the publisher's list shows is known.

    An ended pair is known to have been in force on its last day, an open one from the edition on.
    """
    ((edition, rows),) = table.editions
    groups: defaultdict[tuple[str, str, str], list[tuple[NcciPair, Period]]] = defaultdict(list)
    for pair in rows:
        shown = min(edition.in_force_from, pair.effective_to or edition.in_force_from)
        known_from = None if pair.effective_from else shown
        period = Period(pair.effective_from, pair.effective_to, known_from)
        groups[pair.setting, pair.column1, pair.column2].append((pair, period))
    return ByRow(edition, {key: tuple(sorted(held, key=lambda each: each[1].last)) for key, held in groups.items()})


def _since_known(row: Drug | SkinSubstitute) -> Period:
    return Period(row.effective_from, row.effective_to, None if row.effective_from else row.known_from)


def _editions_of(loaded: Loaded) -> tuple[Edition, ...]:
    of_all: list[Edition] = []
    for field in fields(loaded):
        table: LoadedTable[object] = getattr(loaded, field.name)
        of_all.extend(edition for edition, _ in table.editions)
    return tuple(sorted(of_all, key=lambda edition: (edition.table, edition.in_force_from)))


def _by_row(table: LoadedTable[Row], key: Callable[[Row], str], period: Callable[[Row], Period]) -> ByRow[str, Row]:
    ((edition, rows),) = table.editions
    return ByRow(edition, {key(row): ((row, period(row)),) for row in rows})


def _by_edition(table: LoadedTable[Row], key: Callable[[Row], Key]) -> ByEdition[Key, Row]:
    return ByEdition((edition, {key(row): row for row in rows}) for edition, rows in table.editions)


def _grouped(table: LoadedTable[Row], key: Callable[[Row], str]) -> ByEdition[str, tuple[Row, ...]]:
    return ByEdition((edition, _groups(rows, key)) for edition, rows in table.editions)


def _groups(rows: Iterable[Row], key: Callable[[Row], str]) -> Mapping[str, tuple[Row, ...]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: tuple(members) for name, members in groups.items()}
