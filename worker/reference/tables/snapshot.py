"""One immutable set of reference tables, answered by date of service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from worker.reference.tables.answer import Absent, Answer
from worker.reference.tables.code_set_rows import (
    CodeSet,
    DiagnosisSide,
    HcpcsCode,
    Product,
    RemarkCode,
    SkinSubstitute,
    TaxonomyCode,
)
from worker.reference.tables.edition import Edition, Reach
from worker.reference.tables.exclusions import NotTogether
from worker.reference.tables.names import DrugNames
from worker.reference.tables.policy_rows import (
    AddOnPairing,
    ContainerLabel,
    ExpertHint,
    LocalCoverage,
    PairTerms,
    SelfAdministered,
)
from worker.reference.tables.rows import (
    AspLimit,
    CareSetting,
    Container,
    DiagnosisCode,
    Drug,
    Modifier,
    ModifierExclusion,
    MueLimit,
    OppsStatus,
    PlaceOfService,
    WasteDuty,
)
from worker.reference.tables.table_set import MEMBERS, Tables

SHORTEST_WITH_SIDE: Final = 4
"""Characters of the shortest beginning of a diagnosis code that names a side, such as C561."""


MOST_REACHED: Final = 4096
"""Tables and days of which it is kept whether an edition covers them."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Every answer is for a date of service; `digest` names the whole set and is in every outcome."""

    editions: tuple[Edition, ...]
    digest: str
    tables: Tables = field(repr=False)
    drug_names: DrugNames = field(repr=False)
    _reached: dict[tuple[str, date, CareSetting], Reach] = field(default_factory=dict, repr=False)

    @property
    def modifier_exclusions(self) -> tuple[ModifierExclusion, ...]:
        """The sets of modifiers of which one line carries at most one."""
        return self.tables.modifier_exclusions

    def reach(self, table: str, on: date, setting: CareSetting) -> Reach:
        """What a table can say on a day, by its name; of one whose parts are published apart, the part of a setting."""
        told = self._reached.get((table, on, setting))
        if told is None:
            index = getattr(self.tables, MEMBERS[table])
            if isinstance(index, Mapping):
                index = index[setting] if setting in index else next(iter(index.values()))
            if len(self._reached) >= MOST_REACHED:
                self._reached.clear()
            told = self._reached[table, on, setting] = index.reach(on)
        return told

    def drug(self, hcpcs: str, on: date) -> Answer[Drug]:
        """The drug behind a HCPCS code; NotCovered before a code without effective date was first seen."""
        return self.tables.drugs.answer(hcpcs, on)

    def successor_of(self, drug: Drug) -> Drug | None:
        """The drug code that took over from a terminated one, with its own billing unit, whatever the date."""
        return self.tables.drugs.latest(drug.successor) if drug.successor else None

    def drugs_named(self, text: str) -> tuple[Drug, ...]:
        """Drugs, of any date, whose generic name or brand occurs as whole words in a free text."""
        return self.drug_names.named_in(text)

    def containers_of(self, hcpcs: str, on: date) -> Answer[tuple[Container, ...]]:
        """The vials, syringes and kits that the crosswalk lists under a code."""
        return self.tables.containers["hcpcs"].answer(hcpcs, on)

    def container(self, ndc11: str, on: date) -> Answer[tuple[Container, ...]]:
        """The rows of one eleven-digit NDC, one per HCPCS code it belongs to."""
        return self.tables.containers["ndc11"].answer(ndc11, on)

    def container_label(self, ndc11: str, on: date) -> Answer[ContainerLabel]:
        """Whether the label of a package says single-dose or multi-dose; the labels held are few."""
        return self.tables.container_labels.answer(ndc11, on)

    def waste_duty(self, hcpcs: str, on: date) -> Answer[WasteDuty]:
        """The JW and JZ dates of a code; Absent proves nothing, since the CMS list is not exhaustive."""
        return self.tables.waste_duty.answer(hcpcs, on)

    def mue(self, hcpcs: str, setting: CareSetting, on: date) -> Answer[MueLimit]:
        """The medically unlikely edit of a code in a setting; a limit of 0 is Found, not Absent."""
        return self.tables.mue[setting].answer(hcpcs, on)

    def asp_limit(self, hcpcs: str, on: date) -> Answer[AspLimit]:
        """The Part B payment limit for one unit."""
        return self.tables.asp_limits.answer(hcpcs, on)

    def opps_status(self, hcpcs: str, on: date) -> Answer[OppsStatus]:
        """The OPPS status indicator of a code."""
        return self.tables.opps_status.answer(hcpcs, on)

    def modifier(self, code: str, on: date) -> Answer[Modifier]:
        """The meaning of a modifier; Absent is "not in our table" and never a rejection."""
        return self.tables.modifiers.answer(code, on)

    def diagnosis(self, code_without_dot: str, on: date) -> Answer[DiagnosisCode]:
        """A billable ICD-10-CM code; NotInForce when it is billable only in another fiscal year."""
        return self.tables.diagnoses.answer(code_without_dot, on)

    def billable_below(self, prefix: str, on: date) -> tuple[str, ...]:
        """At most 20 billable codes that refine this prefix: not empty for a non-leaf such as G35."""
        return self.tables.diagnoses.billable_below(prefix, on)

    def diagnosis_side(self, code_without_dot: str, on: date) -> Answer[DiagnosisSide]:
        """The one side of the body that a diagnosis code names; Absent for both sides, or none."""
        sides = self.tables.diagnosis_sides
        answer = sides.answer(code_without_dot, on)
        for length in range(len(code_without_dot) - 1, SHORTEST_WITH_SIDE - 1, -1):
            if not isinstance(answer, Absent):
                break
            answer = sides.answer(code_without_dot[:length], on)
        return answer

    def never_together(self, code_without_dot: str, on: date) -> Answer[NotTogether]:
        """What is not coded together with a diagnosis; NotCovered for fiscal years whose tabular list we lack."""
        return self.tables.exclusions.answer(code_without_dot, on)

    def place_of_service(self, code: str, on: date) -> Answer[PlaceOfService]:
        """A place of service code."""
        return self.tables.places_of_service.answer(code, on)

    def hcpcs_code(self, hcpcs: str, on: date) -> Answer[HcpcsCode]:
        """A HCPCS Level II code of any kind; Absent for CPT and dental codes, which the table does not list."""
        return self.tables.hcpcs_codes.answer(hcpcs, on)

    def skin_substitute(self, hcpcs: str, on: date) -> Answer[SkinSubstitute]:
        """The tissue product behind a HCPCS code."""
        return self.tables.skin_substitutes.answer(hcpcs, on)

    def product(self, product_id: str, on: date) -> Answer[tuple[Product, ...]]:
        """The rows of one product that has no NDC, one per HCPCS code it belongs to."""
        return self.tables.products["product_id"].answer(product_id, on)

    def products_of(self, hcpcs: str, on: date) -> Answer[tuple[Product, ...]]:
        """The products without NDC that the crosswalk lists under a code."""
        return self.tables.products["hcpcs"].answer(hcpcs, on)

    def ncci_pair(self, column1: str, column2: str, setting: CareSetting, on: date) -> Answer[PairTerms]:
        """Whether the second code is not paid beside the first; a pair is held in one direction only.

        Past the edition's last day a Found pair is carried forward.
        """
        return self.tables.ncci_pairs.of_pair(column1, column2, setting, on)

    def is_ncci_pair(self, column1: str, column2: str, setting: CareSetting) -> bool:
        """Whether the second code is, on some day, not paid beside the first."""
        return self.tables.ncci_pairs.is_held(column1, column2, setting)

    def is_ncci_second(self, code: str, setting: CareSetting) -> bool:
        """Whether a code is, on some day, not paid beside some other one."""
        return self.tables.ncci_pairs.is_second(code, setting)

    def add_on(self, hcpcs: str, on: date) -> Answer[tuple[AddOnPairing, ...]]:
        """The primary codes of an add-on code; Absent for a code that stays by itself."""
        return self.tables.add_on_codes.answer(hcpcs, on)

    def is_add_on(self, hcpcs: str) -> bool:
        """Whether a code is an add-on code on some day."""
        return hcpcs in self.tables.add_on_codes.rows

    def self_administered(self, hcpcs: str, on: date) -> Answer[tuple[SelfAdministered, ...]]:
        """The contractors' lists on a drug that patients usually inject themselves; the lists held are partial."""
        return self.tables.self_administered["hcpcs"].answer(hcpcs, on)

    def local_coverage(self, hcpcs: str, on: date) -> Answer[LocalCoverage]:
        """The diagnoses that contractors' determinations list for a drug; even Found can only warn."""
        return self.tables.local_coverage.answer(hcpcs, on)

    def taxonomy_code(self, code: str, on: date) -> Answer[TaxonomyCode]:
        """A provider taxonomy code."""
        return self.tables.taxonomy.answer(code, on)

    def remark_code(self, code_set: CodeSet, code: str, on: date) -> Answer[RemarkCode]:
        """The meaning of a reason, remark or status code, in our own words; the table holds those that we emit."""
        return self.tables.remark_codes.answer((code_set, code), on)

    def expert_hint(self, hcpcs: str, on: date) -> Answer[ExpertHint]:
        """An expert's memory of a drug, unverified; even Found can only warn."""
        return self.tables.expert_hints.answer(hcpcs, on)
