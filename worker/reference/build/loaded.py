"""The tables as read, before they are indexed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from worker.reference.tables.code_set_rows import HcpcsCode, Product, RemarkCode, SkinSubstitute, TaxonomyCode
from worker.reference.tables.edition import Edition
from worker.reference.tables.policy_rows import ExpertHint, NcciPair, SelfAdministered
from worker.reference.tables.rows import (
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

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class LoadedTable(Generic[Row]):
    """The editions of one table in order of time, each with its rows."""

    editions: tuple[tuple[Edition, Sequence[Row]], ...]


@dataclass(frozen=True, slots=True)
class LoadedTables:
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
    hcpcs_codes: LoadedTable[HcpcsCode]
    skin_substitutes: LoadedTable[SkinSubstitute]
    products: LoadedTable[Product]
    ncci_pairs: LoadedTable[NcciPair]
    self_administered: LoadedTable[SelfAdministered]
    taxonomy: LoadedTable[TaxonomyCode]
    remark_codes: LoadedTable[RemarkCode]
    expert_hints: LoadedTable[ExpertHint]
