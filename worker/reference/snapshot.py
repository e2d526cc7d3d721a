"""One immutable set of reference tables, answered by date of service."""

from dataclasses import dataclass, field
from datetime import date

from worker.reference.answer import Answer
from worker.reference.diagnoses import Diagnoses
from worker.reference.edition import Edition
from worker.reference.names import DrugNames
from worker.reference.rows import (
    AspLimit,
    Container,
    Diagnosis,
    Drug,
    Modifier,
    ModifierExclusion,
    MueLimit,
    OppsStatus,
    PlaceOfService,
    Setting,
    WasteDuty,
)
from worker.reference.tables import ByEdition, ByRow


@dataclass(frozen=True, slots=True)
class Tables:
    """The loaded tables, before they are questions and answers."""

    drugs: ByRow[Drug]
    containers_by_ndc: ByEdition[str, tuple[Container, ...]]
    containers_by_hcpcs: ByEdition[str, tuple[Container, ...]]
    waste_duty: ByRow[WasteDuty]
    mue: ByEdition[tuple[str, str], MueLimit]
    asp_limits: ByEdition[str, AspLimit]
    opps_status: ByEdition[str, OppsStatus]
    modifiers: ByRow[Modifier]
    modifier_exclusions: tuple[ModifierExclusion, ...]
    diagnoses: Diagnoses
    places_of_service: ByEdition[str, PlaceOfService]
    drug_names: DrugNames


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Every answer is for a date of service; `digest` names the whole set and stands in every outcome."""

    editions: tuple[Edition, ...]
    digest: str
    tables: Tables = field(repr=False)

    @property
    def modifier_exclusions(self) -> tuple[ModifierExclusion, ...]:
        """The sets of modifiers of which one line carries at most one."""
        return self.tables.modifier_exclusions

    def drug(self, hcpcs: str, on: date) -> Answer[Drug]:
        """The drug behind a HCPCS code; NotCovered before a code without effective date was first seen."""
        return self.tables.drugs.answer(hcpcs, on)

    def drugs_named(self, text: str) -> tuple[Drug, ...]:
        """Drugs, of any date, whose generic name or brand stands as whole words in a free text."""
        return self.tables.drug_names.named_in(text)

    def containers_of(self, hcpcs: str, on: date) -> Answer[tuple[Container, ...]]:
        """The vials, syringes and kits that the crosswalk lists under a code."""
        return self.tables.containers_by_hcpcs.answer(hcpcs, on)

    def container(self, ndc11: str, on: date) -> Answer[tuple[Container, ...]]:
        """The rows of one eleven-digit NDC, one per HCPCS code it belongs to."""
        return self.tables.containers_by_ndc.answer(ndc11, on)

    def waste_duty(self, hcpcs: str, on: date) -> Answer[WasteDuty]:
        """The JW and JZ dates of a code; Absent proves nothing, since the CMS list is not exhaustive."""
        return self.tables.waste_duty.answer(hcpcs, on)

    def mue(self, hcpcs: str, setting: Setting, on: date) -> Answer[MueLimit]:
        """The medically unlikely edit of a code in a setting; a limit of 0 is Found, not Absent."""
        return self.tables.mue.answer((hcpcs, setting), on)

    def asp_limit(self, hcpcs: str, on: date) -> Answer[AspLimit]:
        """The Part B payment limit for one unit."""
        return self.tables.asp_limits.answer(hcpcs, on)

    def opps_status(self, hcpcs: str, on: date) -> Answer[OppsStatus]:
        """The OPPS status indicator of a code."""
        return self.tables.opps_status.answer(hcpcs, on)

    def modifier(self, code: str, on: date) -> Answer[Modifier]:
        """What a modifier means; Absent is "not in our partial table" and never a rejection."""
        return self.tables.modifiers.answer(code, on)

    def diagnosis(self, code_without_dot: str, on: date) -> Answer[Diagnosis]:
        """A billable ICD-10-CM code; NotInForce when it is billable only in another fiscal year."""
        return self.tables.diagnoses.answer(code_without_dot, on)

    def billable_below(self, prefix: str, on: date) -> tuple[str, ...]:
        """At most 20 billable codes that refine this prefix: not empty for a non-leaf such as G35."""
        return self.tables.diagnoses.billable_below(prefix, on)

    def place_of_service(self, code: str, on: date) -> Answer[PlaceOfService]:
        """A place of service code."""
        return self.tables.places_of_service.answer(code, on)
