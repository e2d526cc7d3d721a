"""Every element of two full claims is damaged, one at a time: the claim is read alike, refused, or its loss is named.

Damages: each member and entry is deleted; each entry is doubled; of each coding the system is unknown, the code is
unknown, a foreign coding comes first, and a different code of the same system is beside it.
"""

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, Final

import pytest

from tests.unit.fhir.full import full_institutional, full_professional
from tests.unit.fhir.resources import CPT, HCPCS, ICD, PCS
from tests.unit.x12.pyx12_check import objections
from worker.fhir.reading import Damage, ResourceRead, read_resource
from worker.pipeline.steps.decode import read_json
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

Json = dict[str, Any]  # any JSON
Steps = tuple[str | int, ...]
FULL: Final = {"professional": full_professional, "institutional": full_institutional}
UNKNOWN_SYSTEM: Final = "urn:synthetic:unknown"
UNKNOWN_CODE: Final = "ZZ9ZZ"
OTHER_CODES: Final = {"http://hl7.org/fhir/sid/icd-10-cm": "Z99.9", "http://hl7.org/fhir/sid/ndc": "99999-9999-99"}
FOREIGN: Final = {"system": UNKNOWN_SYSTEM, "code": "LOCAL1"}
"""A local code of the sender, as many add to the ones that count."""

DEFAULTS: Final = Defaults(datetime(2026, 3, 2, 12, 0))  # noqa: DTZ001 - an 837 knows no zone
ESSENTIAL: Final = frozenset({HCPCS, CPT, ICD, PCS})
PROTECTED: Final = frozenset(
    {
        "memberId",
        "tradingPartnerServiceId",
        "npi",
        "employerId",
        "procedureCode",
        "procedureModifiers",
        "measurementUnit",
        "serviceUnitCount",
        "lineItemChargeAmount",
        "claimChargeAmount",
        "nationalDrugCode",
        "nationalDrugUnitCount",
        "measurementUnitCode",
        "diagnosisCode",
        "principalDiagnosisCode",
        "admittingDiagnosisCode",
        "otherDiagnosisCode",
        "externalCauseOfInjury",
        "principalProcedureCode",
        "otherProcedureCode",
        "serviceDate",
        "serviceDateEnd",
        "statementBeginDate",
        "statementEndDate",
        "admissionDateAndHour",
        "accidentDate",
        "dateOfBirth",
        "relationshipToSubscriberCode",
        "individualRelationshipCode",
        "otherInsuredIdentifier",
        "otherPayerIdentifier",
        "claimFrequencyCode",
        "claimControlNumber",
        "placeOfServiceCode",
        "serviceLineRevenueCode",
        "relatedCausesCode",
    }
)
"""Members that never have another value than their sender wrote."""


LAWFUL: Final = {
    r"deleted Claim.careTeam.*.sequence": "who ordered is linked to no line, and so ordered every line",
    r"deleted Claim.item.*.careTeamSequence(.\d)?": "the same",
    r"deleted Claim.item.0": "the line to which who ordered was linked is gone: the same",
    r"deleted Claim.diagnosis.\d.type(.0)?": "without a type it is one more diagnosis",
    r"deleted Claim.supportingInfo(.\d+)?": "without the account number it is that of Claim.identifier",
    r"deleted Claim.insurance": "without an insurance nobody is known to be the subscriber",
    r"deleted PractitionerRole.practitioner": "a role without a practitioner is its organization",
    r"deleted PractitionerRole.specialty(.0)?": "without a specialty it is the qualification of the practitioner",
    r"(deleted|doubled) .*.(given|line).\d": "names and address lines are read in their order, as they are written",
}
"""Damages after which the claim truly says something else, which is read, with the reason."""


@dataclass(frozen=True)
class Damaged:
    """A document with one damage: what was done, where, and which value of the document is another one by intent."""

    what: str
    where: Steps
    document: Json
    written: str = ""

    @property
    def is_lawful(self) -> bool:
        """Whether the document says something else now."""
        resource = at(self.document, self.where[:3]).get("resourceType") if self.where else ""
        place = ".".join(map(str, (resource, *self.where[3:])))
        return any(re.fullmatch(pattern, f"{self.what} {place}") for pattern in LAWFUL)

    def wrote(self, value: str) -> bool:
        """Whether the damage itself wrote a value, or the code of which it is a part."""
        return bool(value) and value in self.written.replace(".", "")


def steps_into(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    """The places of all members and entries."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*steps, key)
        yield from steps_into(member, (*steps, key))


def at(document: Any, steps: Steps) -> Any:  # any JSON
    """The value at a place."""
    for step in steps:
        document = document[step]
    return document


def damaged(document: Json, what: str, where: Steps, do: Callable[[Any, Any], str | None]) -> Damaged:
    """A copy with a damage in the holder of a place."""
    changed = copy.deepcopy(document)
    written = do(at(changed, where[:-1]), where[-1])
    return Damaged(what, where, changed, written or "")


def delete(holder: Any, key: Any) -> None:
    """Take it away."""
    del holder[key]


def double(holder: list[Any], key: int) -> None:
    """Say it twice."""
    holder.insert(key, copy.deepcopy(holder[key]))


def unknown_system(holder: Any, key: Any) -> None:
    """A system that nobody knows."""
    holder[key]["system"] = UNKNOWN_SYSTEM


def unknown_code(holder: Any, key: Any) -> str:
    """A code that nobody knows."""
    holder[key]["code"] = UNKNOWN_CODE
    return UNKNOWN_CODE


def foreign_first(holder: list[Any], key: int) -> None:
    """A local code comes before the one that counts."""
    holder.insert(key, dict(FOREIGN))


def another_beside(holder: list[Any], key: int) -> str:
    """The same system has another code beside it."""
    coding = holder[key]
    code = OTHER_CODES.get(coding.get("system", ""), UNKNOWN_CODE)
    holder.append(coding | {"code": code})
    return code


ON_CODINGS: Final[dict[str, Callable[[Any, Any], str | None]]] = {
    "unknown system": unknown_system,
    "unknown code": unknown_code,
    "foreign coding first": foreign_first,
    "another code beside it": another_beside,
}


DAMAGES: Final[dict[str, Callable[[Any, Any], str | None]]] = {"deleted": delete, "doubled": double} | ON_CODINGS


def damages(document: Json, what: str) -> Iterator[Damaged]:
    """A damage in each place of the resources of a document that it may be in."""
    for where in steps_into(document["entry"]):
        place: Steps = ("entry", *where)
        if "resource" in place[:-1] and _may_be_in(place, what):
            yield damaged(document, what, place, DAMAGES[what])


def _may_be_in(place: Steps, what: str) -> bool:
    if what == "deleted":
        return True
    return isinstance(place[-1], int) and (what == "doubled" or place[-2] == "coding")


def the_claim(document: Json) -> ResourceRead | Damage:
    """The one claim of a document as it comes over the wire."""
    (found,) = read_resource(read_json(json.dumps(document).encode()))
    return found


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:  # any JSON
    """The texts of a message with the names of the members that they are in, without places in lists."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key != "fhirOrigin":
                yield from leaves(member, f"{name}.{key}")
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member, name)
    else:
        yield name, f"{Decimal(value).normalize():f}" if name.endswith("Amount") else value


def is_doubling(each: Damaged, gained: Counter[tuple[str, str]], sound: Counter[tuple[str, str]]) -> bool:
    """Whether what was said twice is read twice, as it was said."""
    return each.what == "doubled" and gained.keys() <= sound.keys()


def altered(each: Damaged, gained: Counter[tuple[str, str]], sound: Counter[tuple[str, str]]) -> set[str]:
    """The protected members that have a value which nobody wrote there."""
    if is_doubling(each, gained, sound):
        return set()
    return {path for path, value in gained if path.rsplit(".", 1)[-1] in PROTECTED and not each.wrote(value)}


def judge(each: Damaged, sound: ResourceRead) -> str:
    """What became of a damaged claim: refused, equal, named, or absent as deleted; else what is wrong."""
    found = the_claim(each.document)
    if isinstance(found, Damage):
        return "refused"
    before, after = Counter(leaves(sound.document)), Counter(leaves(found.document))
    gained, lost = after - before, before - after
    wrong = altered(each, gained, before)
    verdicts = {
        "equal": not gained and not lost,
        "says something else": each.is_lawful,
        f"ALTERED {sorted(wrong)}": bool(wrong),
        "named": bool(Counter(unmapped(found)) - Counter(unmapped(sound))),
        "absent": each.what == "deleted" and not gained,
        "read twice": is_doubling(each, gained, before) and not lost,
        "read as written": bool(gained) and all(each.wrote(value) for _, value in gained),
    }
    silent = f"SILENT gained {sorted(gained)} lost {sorted(lost)}"
    return next((verdict for verdict, is_so in verdicts.items() if is_so), silent)


def unmapped(found: ResourceRead) -> list[str]:
    """The paths that are named as not read."""
    return list(found.document["fhirOrigin"].get("unmapped", ()))


@cache
def sound_claim(kind: str) -> ResourceRead:
    """The claim without damage."""
    sound = the_claim(FULL[kind]())
    assert isinstance(sound, ResourceRead)
    return sound


@cache
def verdicts_on(kind: str, what: str, step: int = 1) -> dict[Steps, str]:
    """What became of a full claim with a damage in each place that it may be in, or in one of so many."""
    every = damages(FULL[kind](), what)
    return {each.where: judge(each, sound_claim(kind)) for each in islice(every, 0, None, step)}


@pytest.mark.parametrize("step", [pytest.param(1, id="all", marks=pytest.mark.whole), pytest.param(3, id="a third")])
@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("what", DAMAGES)
def test_every_damage_is_harmless_refused_or_named(kind: str, what: str, step: int) -> None:
    """No code, unit, amount, date, member id, payer or billing provider is ever another one without a word."""
    verdicts = verdicts_on(kind, what, step)

    assert verdicts
    assert {where: verdict for where, verdict in verdicts.items() if verdict.split()[0] in {"ALTERED", "SILENT"}} == {}


@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("what", ["unknown system", "another code beside it"])
def test_a_code_without_which_the_claim_is_another_is_never_left_out(kind: str, what: str) -> None:
    """Services, modifiers, diagnoses and procedures: refused, or read beside the others where a claim has room."""
    document = FULL[kind]()

    verdicts = [
        verdict
        for where, verdict in verdicts_on(kind, what).items()
        if ESSENTIAL.issuperset({at(document, where).get("system")})
    ]

    assert len(verdicts) > 3
    assert set(verdicts) <= {"refused", "read as written"}


@pytest.mark.parametrize("kind", FULL)
def test_the_837_of_a_full_claim_is_one_for_pyx12(kind: str) -> None:
    """Nothing that was read is lost on the way to X12, and the validator accepts what is written."""
    sound = sound_claim(kind)
    lost: list[str] = []

    text = b"".join(write_837([sound.document], DEFAULTS, lambda _, what: lost.append(what))).decode()

    assert (lost, objections(text)) == ([], [])


def test_the_judge_sees_a_silent_change() -> None:
    """A proof that cannot fail proves nothing: another amount, and a lost element without a word, are both found."""
    sound = the_claim(full_professional())
    assert isinstance(sound, ResourceRead)
    changed = full_professional()
    at(changed, ("entry", 0, "resource", "total"))["value"] = 1
    without = full_professional()
    del at(without, ("entry", 0, "resource"))["accident"]
    another = Damaged("unknown system", (), changed)

    assert judge(another, sound) == "ALTERED ['.claimInformation.claimChargeAmount']"
    assert judge(replace(another, document=without), sound).startswith("SILENT")
