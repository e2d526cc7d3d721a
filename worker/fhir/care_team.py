"""`Claim.careTeam`: who gave, ordered, referred and supervised, for the whole claim and at its lines."""

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from schemas.claim import ClaimKind
from worker.fhir.codings import ValueSet, code_of, one_of
from worker.fhir.diagnoses import refuse_doubled
from worker.fhir.elements import FhirElement, Json
from worker.fhir.parties import rendering
from worker.fhir.resources import Resolver
from worker.fhir.systems import ROLES_OF_HL7, ROLES_OF_PAYERS

_ROLES: Final = {
    "primary": "rendering",
    "performing": "rendering",
    "rendering": "rendering",
    "referring": "referring",
    "ordering": "ordering",
    "prescribing": "ordering",
    "supervisor": "supervising",
    "supervising": "supervising",
    "attending": "attending",
    "operating": "operating",
    "otheroperating": "otherOperating",
}
_ON_CLAIMS: Final = {
    ClaimKind.PROFESSIONAL: frozenset({"rendering", "referring", "supervising"}),
    ClaimKind.INSTITUTIONAL: frozenset({"rendering", "referring", "attending", "operating", "otherOperating"}),
}
_ON_LINES: Final = {
    ClaimKind.PROFESSIONAL: frozenset({"rendering", "referring", "supervising", "ordering"}),
    ClaimKind.INSTITUTIONAL: frozenset({"rendering", "referring"}),
}
_ORDERING: Final = "ordering"
"""The 837P names who ordered at the line only (2420E)."""


_WITH_TAXONOMY: Final = {ClaimKind.PROFESSIONAL: "rendering", ClaimKind.INSTITUTIONAL: "attending"}
"""Whose PRV segment an 837 has beside that of the billing provider."""


@dataclass(slots=True)
class CareTeam:
    """The members of a care team as parties of the message.

    Attributes:
        whole: The parties of the whole claim, by role.
        by_sequence: Role and party of members that lines refer to because they are not those of the whole claim.
        at_every_line: The parties of the whole claim that an 837 names at its lines only, by role.
        others: Sequences of all other members.
    """

    whole: Json = field(default_factory=dict)
    by_sequence: dict[str, tuple[str, Json]] = field(default_factory=dict)
    at_every_line: Json = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    def of_line(self, item: FhirElement) -> Json:
        """Return the parties of a line; those of the whole claim are not said again.

        A sequence that no member has makes the reference one that is not read.
        """
        sequences = item.numbers("careTeamSequence")
        if not self.by_sequence.keys() | self.others >= set(sequences):
            item.leave("careTeamSequence")
        linked = (self.by_sequence[each] for each in sequences if each in self.by_sequence)
        parties = self.at_every_line | {role: party for role, party in linked if party}
        return {f"{role}Provider": party for role, party in parties.items()}


def care_team(claim: FhirElement, kind: ClaimKind, resolver: Resolver) -> CareTeam:
    """Return the care team. Raises `ResourceError` where two members have one sequence."""
    members = claim.children("careTeam")
    refuse_doubled((each.number("sequence") for each in members), f"{claim.path}.careTeam")
    linked = {sequence for item in claim.children("item") for sequence in item.numbers("careTeamSequence")}
    team = CareTeam()
    for member in members:
        sequence, role = member.number("sequence"), _role(member, kind)
        member.pass_over("responsible")
        is_linked = sequence in linked and role in _ON_LINES[kind]
        read = partial(rendering, member.child("provider"), resolver, has_taxonomy=role == _WITH_TAXONOMY[kind])
        if role in _ON_CLAIMS[kind] and role not in team.whole:
            team.whole[role] = read()
        elif is_linked:
            team.by_sequence[sequence] = (role, read())
            continue
        elif role == _ORDERING and role in _ON_LINES[kind] and role not in team.at_every_line:
            team.at_every_line[role] = read()
        team.others.add(sequence)
    return team


def _role(member: FhirElement, kind: ClaimKind) -> str:
    """The role as a payer names it, else as HL7 names it: `primary` is whoever is responsible, whatever the role."""
    known = {code: role for code, role in _ROLES.items() if role in _ON_CLAIMS[kind] | _ON_LINES[kind]}
    concept = member.child("role")
    of_payers = ValueSet("care team roles", ROLES_OF_PAYERS, meaning=one_of(known))
    of_hl7 = ValueSet("care team roles", ROLES_OF_HL7, is_plain=True, meaning=one_of(known))
    return code_of(concept, of_payers) or code_of(concept, of_hl7)
