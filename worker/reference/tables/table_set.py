"""Every table, declared once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from worker.reference.tables.code_set_rows import HcpcsCode, SkinSubstitute, TaxonomyCode
from worker.reference.tables.dated import Period
from worker.reference.tables.declared import (
    LoadedTables,
    Table,
    by_edition,
    by_row,
    code_pairs,
    codes,
    exclusions,
    grouped,
    groups_by_row,
    listed,
    parted,
)
from worker.reference.tables.diagnoses import Diagnoses
from worker.reference.tables.edition import Edition
from worker.reference.tables.policy_rows import PairTerms
from worker.reference.tables.read_code_sets import (
    read_diagnosis_side,
    read_exclusion,
    read_hcpcs_code,
    read_product,
    read_remark_code,
    read_skin_substitute,
    read_taxonomy_code,
)
from worker.reference.tables.read_policies import (
    read_add_on_pairing,
    read_container_label,
    read_expert_hint,
    read_local_coverage,
    read_ncci_pair,
    read_self_administered,
)
from worker.reference.tables.read_rows import (
    read_asp_limit,
    read_container,
    read_drug,
    read_modifier,
    read_modifier_exclusion,
    read_mue,
    read_opps_status,
    read_place_of_service,
    read_waste_duty,
)
from worker.reference.tables.rows import Drug


def _since_known(row: Drug | SkinSubstitute, _: Edition) -> Period:
    return Period(row.effective_from, row.effective_to, None if row.effective_from else row.known_from)


def _of_hcpcs_code(code: HcpcsCode, _: Edition) -> Period:
    """A code without first day is known from its first publication on, or only its last day is."""
    shown = code.known_from or code.effective_to
    return Period(code.effective_from, code.effective_to, None if code.effective_from else shown)


def _of_taxonomy_code(code: TaxonomyCode, _: Edition) -> Period:
    return Period(code.effective_from, code.effective_to)


def _of_ncci_pair(pair: PairTerms, edition: Edition) -> Period:
    """Of a pair whose start we lack, only what the publisher's list shows is known.

    An ended pair is known to have been in force on its last day, an open one from the edition on.
    """
    shown = min(edition.in_force_from, pair.effective_to or edition.in_force_from)
    return Period(pair.effective_from, pair.effective_to, None if pair.effective_from else shown)


class Tables:
    """The tables: the class has the declaration of each, an instance what finds its rows."""

    drugs = by_row("drugs", read_drug, "hcpcs", period=_since_known)
    containers = grouped("containers", read_container, "ndc11", "hcpcs")
    container_labels = by_edition("container_labels", read_container_label, "ndc11")
    waste_duty = by_row("waste_duty", read_waste_duty, "hcpcs", period=lambda duty, _: Period(duty.jw_from, None))
    mue = parted("mue", read_mue, "setting", "hcpcs")
    asp_limits = by_edition("asp_limits", read_asp_limit, "hcpcs")
    opps_status = by_edition("opps_status", read_opps_status, "hcpcs")
    modifiers = by_row(
        "modifiers",
        read_modifier,
        "code",
        period=lambda modifier, _: Period(modifier.effective_from, modifier.effective_to),
    )
    modifier_exclusions = listed("modifier_exclusions", read_modifier_exclusion)
    diagnoses = codes("icd10cm", Diagnoses)
    exclusions = exclusions("icd10cm_exclusions", read_exclusion)
    diagnosis_sides = by_edition("diagnosis_sides", read_diagnosis_side, "prefix")
    places_of_service = by_edition("place_of_service", read_place_of_service, "code")
    hcpcs_codes = by_row("hcpcs", read_hcpcs_code, "hcpcs", period=_of_hcpcs_code)
    skin_substitutes = by_row("skin_substitutes", read_skin_substitute, "hcpcs", period=_since_known)
    products = grouped("products", read_product, "product_id", "hcpcs")
    ncci_pairs = code_pairs("ncci_pairs", read_ncci_pair, _of_ncci_pair)
    add_on_codes = groups_by_row(
        "add_on_codes",
        read_add_on_pairing,
        "add_on",
        period=lambda pairing, _: Period(pairing.effective_from, pairing.effective_to),
    )
    self_administered = grouped("sad_exclusions", read_self_administered, "hcpcs")
    local_coverage = by_edition("lcd_diagnoses", read_local_coverage, "hcpcs")
    taxonomy = by_row("taxonomy", read_taxonomy_code, "code", period=_of_taxonomy_code)
    remark_codes = by_edition("remark_codes", read_remark_code, "code_set", "code")
    expert_hints = by_edition("expert_hints", read_expert_hint, "hcpcs")

    def __init__(self, loaded: LoadedTables) -> None:
        """Index what was read."""
        for table in TABLES:
            setattr(self, table.member, table.index(loaded.of(table)))


# Any: the row of each table, and what finds it.
TABLES: Final[tuple[Table[Any, Any], ...]] = tuple(
    member for member in vars(Tables).values() if isinstance(member, Table)
)
"""Every table, in the order of declaration."""

MEMBERS: Final[Mapping[str, str]] = MappingProxyType({table.name: table.member for table in TABLES})
"""The member of `Tables` that has the rows of each table."""
