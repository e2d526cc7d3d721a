"""The indexed tables of a snapshot."""

from dataclasses import dataclass

from worker.reference.tables.code_set_rows import HcpcsCode, Product, RemarkCode, SkinSubstitute, TaxonomyCode
from worker.reference.tables.dated import ByEdition, ByRow
from worker.reference.tables.diagnoses import Diagnoses
from worker.reference.tables.names import DrugNames
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


@dataclass(frozen=True, slots=True)
class Tables:
    """The loaded tables, before they are questions and answers."""

    drugs: ByRow[str, Drug]
    containers_by_ndc: ByEdition[str, tuple[Container, ...]]
    containers_by_hcpcs: ByEdition[str, tuple[Container, ...]]
    waste_duty: ByRow[str, WasteDuty]
    mue: ByEdition[tuple[str, str], MueLimit]
    asp_limits: ByEdition[str, AspLimit]
    opps_status: ByEdition[str, OppsStatus]
    modifiers: ByRow[str, Modifier]
    modifier_exclusions: tuple[ModifierExclusion, ...]
    diagnoses: Diagnoses
    places_of_service: ByEdition[str, PlaceOfService]
    drug_names: DrugNames
    hcpcs_codes: ByRow[str, HcpcsCode]
    skin_substitutes: ByRow[str, SkinSubstitute]
    products_by_id: ByEdition[str, tuple[Product, ...]]
    products_by_hcpcs: ByEdition[str, tuple[Product, ...]]
    ncci_pairs: ByRow[tuple[str, str, str], NcciPair]
    self_administered: ByEdition[str, tuple[SelfAdministered, ...]]
    taxonomy: ByEdition[str, TaxonomyCode]
    remark_codes: ByEdition[tuple[str, str], RemarkCode]
    expert_hints: ByEdition[str, ExpertHint]
