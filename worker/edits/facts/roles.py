"""The providers that a claim or a line names: the name of each role, and its loop in the 837P and in the 837I."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from schemas.records import Claim, Part, Provider, ServiceLine, attributes
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.traits import Trait

Soundness: TypeAlias = Callable[[str], bool]
"""Whether a number has the form of an NPI."""


class Role(NamedTuple):
    """One role of a provider.

    `entity` is its code in list 98, `remark` the remark code for a missing or invalid primary identifier of it.
    """

    words: str
    professional: str
    institutional: str
    entity: str
    remark: str


class Npi(NamedTuple):
    """An NPI with who has it, its JSON path, and the number of its line, None for one of the whole claim."""

    number: str
    role: Role
    path: str
    line: int | None


OF_CLAIM: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "billing": Role("billing provider", "2010AA", "2010AA", "85", "N257"),
        "rendering": Role("rendering provider", "2310B", "2310D", "82", "N290"),
        "referring": Role("referring provider", "2310A", "2310F", "DN", "N286"),
        "ordering": Role("ordering provider", "2420E", "2300", "DK", "N265"),
        "supervising": Role("supervising provider", "2310D", "2300", "DQ", "N297"),
        "attending": Role("attending provider", "2300", "2310A", "71", "N253"),
        "operating": Role("operating physician", "2300", "2310B", "72", "N262"),
        "otherOperating": Role("other operating physician", "2300", "2310C", "ZZ", "N270"),
        "serviceFacilityLocation": Role("service facility", "2310C", "2310E", "77", "N293"),
    }
)
"""By the member of the message, or of its `claimInformation`."""
OF_LINE: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "renderingProvider": Role("rendering provider", "2420A", "2420C", "82", "N290"),
        "referringProvider": Role("referring provider", "2420F", "2420D", "DN", "N286"),
        "orderingProvider": Role("ordering provider", "2420E", "2400", "DK", "N265"),
        "supervisingProvider": Role("supervising provider", "2420D", "2400", "DQ", "N297"),
        "purchasedServiceProvider": Role("purchased service provider", "2420B", "2400", "QB", "N283"),
        "serviceFacilityLocation": Role("service facility", "2420C", "2400", "77", "N293"),
        "operatingPhysician": Role("operating physician", "2400", "2420A", "72", "N262"),
        "otherOperatingPhysician": Role("other operating physician", "2400", "2420B", "ZZ", "N270"),
    }
)
"""By the member of the line."""
_ROLES_OF_CLAIM: Final = tuple(
    (name, OF_CLAIM[name])
    for name in ("billing", "rendering", "referring", "ordering", "supervising", "attending", "operating")
)
_PARTIES_OF_CLAIM: Final = attrgetter(*(name for name, _ in _ROLES_OF_CLAIM))
_ROLES_OF_LINE: Final = tuple(
    (name, OF_LINE[name])
    for name in ("renderingProvider", "referringProvider", "orderingProvider", "supervisingProvider")
)
_PARTIES_OF_LINE: Final = attrgetter(*(attributes(ServiceLine)[name] for name, _ in _ROLES_OF_LINE))
_NAMES_PROVIDERS: Final = Trait.OWN_PROVIDER | Trait.INCOMPLETE
"""The traits of a claim with a line that names providers, in members of the schema or others."""
_OTHER: Final = "N270"
"""Other provider's primary identifier is missing, incomplete or invalid."""
REMARKS: Final = tuple(sorted({role.remark for role in (*OF_CLAIM.values(), *OF_LINE.values())} | {_OTHER}))
"""The remark codes of all roles."""
_ENTITIES: Final = MappingProxyType(
    {role.entity: role for role in (*OF_LINE.values(), *OF_CLAIM.values())}
    | {"P3": Role("primary care provider", "2310A", "2300", "P3", _OTHER)}
)
_BY_NPI: Final = "XX"
"""NM108 of a name whose identifier is an NPI."""


def unsound_npis(facts: ClaimFacts, is_sound: Soundness) -> Iterator[Npi]:
    """Yield each NPI of the claim and of its lines that is not sound, those of loops without a member included."""

    def is_wrong(npi: Npi) -> bool:
        return not is_sound(npi.number)

    claim = facts.claim
    yield from _npis_of(_PARTIES_OF_CLAIM(claim), _ROLES_OF_CLAIM, "$", None, is_sound)
    information = claim.claim_information
    for part, path in ((claim, "$"), (information, "$.claimInformation")):
        if part.extra:
            yield from filter(is_wrong, _npis_in(part, OF_CLAIM, path, "2300", None))
    for place, other in enumerate(information.other_subscriber_information):
        path = f"$.claimInformation.otherSubscriberInformation[{place}]"
        yield from filter(is_wrong, _npis_in(other, {}, path, "2330", None))
    for place, line in enumerate(information.service_lines) if facts.traits & _NAMES_PROVIDERS else ():
        path = f"$.claimInformation.serviceLines[{place}]"
        yield from _npis_of(_PARTIES_OF_LINE(line), _ROLES_OF_LINE, path, place + 1, is_sound)
        yield from filter(is_wrong, _npis_in(line, OF_LINE, path, "2400", place + 1))
    yield from filter(is_wrong, _unmapped(claim))


def _npis_of(
    parties: Iterable[Provider | None],
    roles: Iterable[tuple[str, Role]],
    path: str,
    line: int | None,
    is_sound: Soundness,
) -> Iterator[Npi]:
    for party, (name, role) in zip(parties, roles, strict=True):
        if party is not None and party.npi and not is_sound(party.npi):
            yield Npi(party.npi, role, f"{path}.{name}.npi", line)


def _npis_in(part: Part, roles: Mapping[str, Role], path: str, loop: str, line: int | None) -> Iterator[Npi]:
    """Yield those in members that the schema does not name."""
    for name, value in (part.extra or {}).items():
        for place, party in enumerate(value) if isinstance(value, (list, tuple)) else ((None, value),):
            number = party.get("npi") if isinstance(party, dict) else None
            if isinstance(number, str) and number:
                role = roles.get(name) or Role(_spaced(name), loop, loop, "", _OTHER)
                yield Npi(number, role, f"{path}.{name}{'' if place is None else f'[{place}]'}.npi", line)


def _unmapped(claim: Claim) -> Iterator[Npi]:
    """NPIs in names of the 837 that the message has no member for, such as a second rendering provider."""
    for segment in claim.origin.unmapped if claim.origin else ():
        identifier, entity, *_ = (*segment.elements, "", "")
        qualifier, number = (*segment.elements, *[""] * 10)[8:10]
        if identifier == "NM1" and qualifier == _BY_NPI and isinstance(number, str) and not segment.is_in_part:
            loop = (segment.loop or "2300").rpartition(".")[2]
            known = _ENTITIES.get(str(entity))
            words = known.words if known else "other provider"
            yield Npi(number, Role(words, loop, loop, str(entity), known.remark if known else _OTHER), "$", None)


def _spaced(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
