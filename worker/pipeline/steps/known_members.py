"""Which members of a claim message are read: those of the claim's schema and those that an 837 has a place for.

Both are derived from what reads them, so no list has to follow them. A list in the message counts as its entries.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel

from schemas.claim import Claim, ClaimKind
from worker.x12.layout.members import members_of
from worker.x12.layout.rows import Member

_BETWEEN_WORDS: Final = re.compile(r"[\s_.:/-]+")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Mn"})
"""Unicode categories of what a name may hold without looking any different."""
_LONGEST_SPELLING: Final = 200


@dataclass(frozen=True, slots=True)
class KnownMembers:
    """The members of one part that something reads.

    Attributes:
        names: All of them.
        inside: What is known of the parts among them; any other member holds values.
        folded: The published name of what all its spellings share.
    """

    names: frozenset[str]
    inside: "Mapping[str, KnownMembers]"
    folded: Mapping[str, str]

    @classmethod
    def of(cls, members: Iterable[Member]) -> "KnownMembers":
        """Return what is known by the names that lead to each member."""
        below: dict[str, list[Member]] = {}
        for name, *rest in members:
            inside = below.setdefault(name, [])
            if rest:
                inside.append(tuple(rest))
        parts = {name: cls.of(inside) for name, inside in below.items() if inside}
        return cls(frozenset(below), parts, {fold(name): name for name in below})

    def part(self, name: str) -> "KnownMembers":
        """Return what is known of a member's own members: nothing where it holds values."""
        return self.inside.get(name, NOTHING)

    def spelling(self, name: str) -> str | None:
        """Return the published name that a name is another spelling of; None when there is none, or it is right."""
        if name in self.names or len(name) > _LONGEST_SPELLING:
            return None
        return self.folded.get(fold(name))


NOTHING: Final = KnownMembers.of(())


def fold(name: str) -> str:
    """Return what all spellings of a name share: `serviceLines` for people is `service_lines` and `Service-Lines`."""
    seen = (each for each in unicodedata.normalize("NFKD", name) if unicodedata.category(each) not in _UNSEEN)
    return _BETWEEN_WORDS.sub("", "".join(seen)).casefold()


def members_of_model(model: type[BaseModel], around: Member = ()) -> Iterator[Member]:
    """Yield every member of a model and of the models inside, by the names that they have on the wire."""
    for name, of_field in model.model_fields.items():
        member = (*around, of_field.alias or name)
        yield member
        for below in _models_in(of_field.annotation):
            yield from members_of_model(below, member)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # Any: annotations have no common type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _known(*kinds: ClaimKind) -> KnownMembers:
    of_layout = (member for kind in kinds for member in members_of(kind))
    return KnownMembers.of([*members_of_model(Claim), *of_layout])


KNOWN: Final[Mapping[ClaimKind, KnownMembers]] = MappingProxyType({kind: _known(kind) for kind in ClaimKind})
"""What is read of a claim of each kind."""

PUBLISHED: Final = _known(*ClaimKind)
"""What is read of a claim of any kind."""

SCHEMA: Final = KnownMembers.of(members_of_model(Claim))
"""What the schema names, for claims of any kind."""
