"""The mistakes of the flawed demo claims: one function per flaw, each with the edit that ought to find it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from worker.samples import drugs
from worker.samples.draft import Draft
from worker.samples.drugs import DRUGS, FIVE, MISTAKEN, Dose
from worker.samples.synthetic import Json, line

FUTURE: Final = "20260415"
TOO_LATE: Final = "20250210"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way to be wrong: the edit that finds it, where the claim then goes, and the drugs it happens to."""

    edit: str
    expected: str
    plant: Callable[[Draft], None]
    drugs: tuple[Dose, ...] = FIVE


def _no_waste_modifier(draft: Draft) -> None:
    draft.with_modifiers()


def _waste_alone(draft: Draft) -> None:
    draft.with_modifiers("JW")


def _both_waste_modifiers(draft: Draft) -> None:
    draft.with_modifiers("JZ", "JW")


def _units_in_milligrams(draft: Draft) -> None:
    draft.record = draft.drug.record()
    draft.rebill(int(draft.drug.dose))


def _waste_attested_away(draft: Draft) -> None:
    draft.record = draft.drug.record()
    del draft.lines[1]
    draft.with_modifiers("JZ")


def _waste_rounded_up(draft: Draft) -> None:
    draft.record = draft.drug.record()
    draft.lines[1] = draft.drug.line(draft.drug.discarded_units + 1, ("JW",), draft.on)


def _name_of_another_drug(draft: Draft) -> None:
    code, name, brand, diagnosis = draft.random.choice(MISTAKEN)
    description = f"{name} ({brand}) injection"
    draft.lines[0] = line(code, units=30, modifiers=("JZ",), charge="1500.00", on=draft.on, description=description)
    draft.diagnoses = (diagnosis,)


def _no_such_modifier(draft: Draft) -> None:
    draft.with_modifiers("JZ", "JN")


def _procedure_modifier(draft: Draft) -> None:
    draft.with_modifiers("JZ", "26")


def _ended_modifier(draft: Draft) -> None:
    draft.with_modifiers("JZ", "JG")


def _ended_code(draft: Draft) -> None:
    draft.lines[0] = line("J1300", units=30, modifiers=("JZ",), charge="6900.00", on=draft.on)


def _broken_units(draft: Draft) -> None:
    draft.service()["serviceUnitCount"] = "29.5"


def _no_units(draft: Draft) -> None:
    draft.service()["serviceUnitCount"] = "0"


def _broken_npi(draft: Draft) -> None:
    draft.spoil = lambda made: made["billing"].update(npi="1234567890")


def _unbalanced(draft: Draft) -> None:
    draft.spoil = lambda made: made["claimInformation"].update(claimChargeAmount="1.00")


def _ended_diagnosis(draft: Draft) -> None:
    draft.diagnoses = ("G35",)


def _no_principal_diagnosis(draft: Draft) -> None:
    def spoil(made: Json) -> None:
        made["claimInformation"]["healthCareCodeInformation"][0]["diagnosisTypeCode"] = "ABF"

    draft.spoil = spoil


def _pointer_to_nothing(draft: Draft) -> None:
    draft.service()["compositeDiagnosisCodePointers"] = {"diagnosisCodePointers": ["4"]}


def _no_pointer(draft: Draft) -> None:
    del draft.service()["compositeDiagnosisCodePointers"]


def _ndc_of_another_drug(draft: Draft) -> None:
    others = [drug.ndc for drug in FIVE if drug.code != draft.drug.code]
    draft.lines[0]["drugIdentification"]["nationalDrugCode"] = draft.random.choice(others)


def _ndc_not_listed(draft: Draft) -> None:
    draft.lines[0]["drugIdentification"]["nationalDrugCode"] = "99999000901"


def _ndc_with_hyphens(draft: Draft) -> None:
    ndc = draft.drug.ndc
    draft.lines[0]["drugIdentification"]["nationalDrugCode"] = f"{ndc[:5]}-{ndc[5:9]}-{ndc[9:]}"


def _moved_to(day: str) -> Callable[[Draft], None]:
    def plant(draft: Draft) -> None:
        draft.on = day
        draft.lines = draft.drug.lines(day)

    return plant


def _thin_record(draft: Draft) -> None:
    draft.record = draft.drug.record()[:2]


def _empty_record(draft: Draft) -> None:
    draft.record = []


def _visit_without_25(draft: Draft) -> None:
    draft.lines.append(line("99213", charge="130.00", on=draft.on))


def _no_administration(draft: Draft) -> None:
    del draft.lines[-1]


_REQUIRED: Final[tuple[Callable[[Json], Any], ...]] = (
    lambda made: made["claimInformation"].pop("patientControlNumber"),
    lambda made: made["claimInformation"].pop("placeOfServiceCode"),
    lambda made: made.pop("subscriber"),
    lambda made: made.pop("billing"),
    lambda made: made["claimInformation"]["serviceLines"][0].pop("serviceDate"),
    lambda made: made["claimInformation"]["serviceLines"][0]["professionalService"].pop("procedureCode"),
)


def _element_missing(draft: Draft) -> None:
    remove = draft.random.choice(_REQUIRED)
    draft.spoil = lambda made: remove(made) and None


_NOT_FOR_SCLEROSIS: Final = tuple(drug for drug in FIVE if "G35A" not in drug.diagnoses)

FLAWS: Final = (
    Mistake("WST-01", "rejected", _no_waste_modifier),
    Mistake("WST-02", "rejected", _both_waste_modifiers),
    Mistake("WST-03", "rejected", _waste_alone),
    Mistake("WST-06", "rejected", _waste_rounded_up, drugs.WASTED),
    Mistake("WST-10", "rejected", _waste_attested_away, drugs.WASTED),
    Mistake("UNT-01", "rejected", _broken_units),
    Mistake("UNT-02", "rejected", _units_in_milligrams, (drugs.OMALIZUMAB, drugs.ATEZOLIZUMAB)),
    Mistake("HCP-02", "rejected", _ended_code),
    Mistake("HCP-04", "rejected", _name_of_another_drug),
    Mistake("MOD-01", "rejected", _no_such_modifier),
    Mistake("MOD-02", "rejected", _ended_modifier),
    Mistake("MOD-04", "rejected", _procedure_modifier),
    Mistake("IDN-01", "rejected", _broken_npi, DRUGS),
    Mistake("FMT-02", "rejected", _element_missing, DRUGS),
    Mistake("FMT-02", "rejected", _no_pointer, DRUGS),
    Mistake("FMT-04", "rejected", _unbalanced, DRUGS),
    Mistake("FMT-07", "rejected", _no_units, DRUGS),
    Mistake("DX-01", "rejected", _ended_diagnosis, (drugs.NATALIZUMAB,)),
    Mistake("DX-02", "rejected", _pointer_to_nothing, DRUGS),
    Mistake("DX-03", "rejected", _no_principal_diagnosis, DRUGS),
    Mistake("DAT-01", "rejected", _moved_to(FUTURE), DRUGS),
    Mistake("DAT-04", "rejected", _moved_to(TOO_LATE), _NOT_FOR_SCLEROSIS),
    Mistake("NDC-02", "rejected", _ndc_with_hyphens),
    Mistake("NDC-06", "rejected", _ndc_of_another_drug),
    Mistake("NDC-06", "scrubbed", _ndc_not_listed),
    Mistake("EM-01", "rejected", _visit_without_25),
    Mistake("ADM-01", "scrubbed", _no_administration),
    Mistake("DOC", "pended", _thin_record),
    Mistake("DOC", "pended", _empty_record),
)
"""`DOC` stands for the checklist of the drug, DOC-02 to DOC-06. A flaw that only warns leaves the claim scrubbed."""
