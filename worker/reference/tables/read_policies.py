"""Turn the cells of the tables of payer policy into their rows."""

from typing import Final

from worker.reference.files.cells import Cells
from worker.reference.tables.policy_rows import (
    AddOnPairing,
    ContainerLabel,
    ExpertHint,
    HintEvidence,
    LabeledKind,
    LabelEvidence,
    LocalCoverage,
    NcciPair,
    SadScope,
    SelfAdministered,
)
from worker.reference.tables.read_rows import SETTINGS

SCOPES: Final[tuple[SadScope, ...]] = ("self-administered", "by-route", "unlisted-code")
EVIDENCE: Final[tuple[HintEvidence, ...]] = ("unverified",)
LABEL_EVIDENCE: Final[tuple[LabelEvidence, ...]] = ("label", "memory")
LABELED_KINDS: Final[tuple[LabeledKind, ...]] = ("single-dose", "multi-dose")
MODIFIER_INDICATORS: Final = frozenset({0, 1, 9})
ADD_ON_TYPES: Final = frozenset({1, 2, 3})


def read_ncci_pair(cells: Cells) -> NcciPair:
    """One row of `ncci_pairs`."""
    effective_from, effective_to = cells.maybe_day("effective_from"), cells.maybe_day("effective_to")
    cells.in_order(effective_from, effective_to, "effective_to")
    indicator = cells.whole("modifier_indicator")
    if indicator not in MODIFIER_INDICATORS:
        cells.note("modifier_indicator", f"expected 0, 1 or 9, found {indicator}")
    return NcciPair(
        setting=cells.one_of("setting", SETTINGS),
        column1=cells.text("column1"),
        column2=cells.text("column2"),
        modifier_indicator=indicator,
        effective_from=effective_from,
        effective_to=effective_to,
        rationale=cells.text("rationale"),
    )


def read_add_on_pairing(cells: Cells) -> AddOnPairing:
    """One row of `add_on_codes`."""
    effective_from, effective_to = cells.day("effective_from"), cells.maybe_day("effective_to")
    cells.in_order(effective_from, effective_to, "effective_to")
    kind = cells.whole("type")
    if kind not in ADD_ON_TYPES:
        cells.note("type", f"expected 1, 2 or 3, found {kind}")
    return AddOnPairing(
        add_on=cells.text("add_on"),
        primary=cells.text("primary"),
        type=kind,
        effective_from=effective_from,
        effective_to=effective_to,
    )


def read_self_administered(cells: Cells) -> SelfAdministered:
    """One row of `sad_exclusions`."""
    return SelfAdministered(
        contractor=cells.text("contractor"),
        hcpcs=cells.text("hcpcs"),
        drug=cells.text("drug"),
        article=cells.maybe_text("article"),
        scope=cells.one_of("scope", SCOPES),
        listed_from=cells.maybe_day("listed_from"),
    )


def read_container_label(cells: Cells) -> ContainerLabel:
    """One row of `container_labels`."""
    return ContainerLabel(
        ndc11=cells.text("ndc11"),
        kind=cells.one_of("kind", LABELED_KINDS),
        evidence=cells.one_of("evidence", LABEL_EVIDENCE),
        source=cells.text("source"),
    )


def read_local_coverage(cells: Cells) -> LocalCoverage:
    """One row of `lcd_diagnoses`."""
    covered = cells.items("covered")
    if not covered:
        cells.note("covered", "expected diagnoses, found nothing")
    return LocalCoverage(
        hcpcs=cells.text("hcpcs"),
        documents=cells.items("documents"),
        covered=covered,
        not_covered=cells.items("not_covered"),
    )


def read_expert_hint(cells: Cells) -> ExpertHint:
    """One row of `expert_hints`."""
    return ExpertHint(
        hcpcs=cells.text("hcpcs"),
        routes=cells.items("routes"),
        diagnosis_prefixes=cells.items("diagnosis_prefixes"),
        administration_codes=cells.items("administration_codes"),
        min_interval_days=cells.maybe_whole("min_interval_days"),
        evidence=cells.one_of("evidence", EVIDENCE),
    )
