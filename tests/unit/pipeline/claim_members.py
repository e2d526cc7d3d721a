"""Claims made of their published names: one with every member that is read, and one with another member in it."""

import copy
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from schemas.claim import Claim, ClaimKind
from worker.pipeline.steps.known_members import KNOWN, KnownMembers

MARK = "MARK-7"
"""A value of a claim, which no message about it may show."""
Steps = tuple[str, ...]


def parts_of(known: KnownMembers, around: Steps = ()) -> Iterator[tuple[Steps, KnownMembers]]:
    """The top of the message and every part in it, by the names that lead there."""
    yield around, known
    for name, inside in known.inside.items():
        yield from parts_of(inside, (*around, name))


def members_of(known: KnownMembers) -> list[Steps]:
    """Every member at every depth."""
    return [(*around, name) for around, part in parts_of(known) for name in sorted(part.names)]


def lists_around(member: Steps) -> list[int]:
    """How many lists are around the value of each step, as the schema has it; None when only the 837 knows it."""
    model: type[BaseModel] | None = Claim
    depths = []
    for name in member:
        field = _field(model, name)
        depth, model = _depth(field.annotation) if field is not None else (0, None)
        depths.append(depth)
    return depths


def _field(model: type[BaseModel] | None, name: str) -> Any:  # pydantic's own
    fields = [] if model is None else model.model_fields.values()
    return next((each for each in fields if each.alias == name), None)


def _depth(annotation: Any) -> tuple[int, type[BaseModel] | None]:
    """How many tuples an annotation has around its values, and the model that these are, if any."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return 0, annotation
    found = [_depth(each) for each in get_args(annotation) if each not in (type(None), ...)]
    depth, model = max(found, key=lambda each: each[0], default=(0, None))
    return depth + (getattr(annotation, "__origin__", None) is tuple), model


def claim_with(member: Steps, value: object) -> dict[str, Any]:
    """A small claim with a value in a place; all around it is as the schema has it."""
    claim: dict[str, Any] = {"claimInformation": {}}
    if member[:1] == ("claimInformation",) and len(member) == 1:
        return {"claimInformation": value}
    part = claim
    for name, depth in zip(member[:-1], lists_around(member)[:-1], strict=True):
        below = part.setdefault(name, {})
        if depth:
            part[name] = in_lists(below, depth)
        part = below
    part[member[-1]] = value
    return claim


def path_of(member: Steps) -> str:
    """The JSON path of a member of `claim_with`."""
    depths = lists_around(member[:-1])
    return "".join(["$", *(f".{name}{'[0]' * depth}" for name, depth in zip(member, [*depths, 0], strict=True))])


def in_lists(value: object, depth: int) -> object:
    """A value in so many lists."""
    for _ in range(depth):
        value = [value]
    return value


def whole_claim(kind: ClaimKind) -> dict[str, Any]:
    """A claim with every member that is read of its kind."""
    return _whole(KNOWN[kind], (), kind)


_VALUES = {"segment": 1, "moreUnmapped": 1, "isInPart": True, "schemaVersion": "3"}


def _whole(known: KnownMembers, around: Steps, kind: ClaimKind) -> dict[str, Any]:
    part: dict[str, Any] = {}
    for name in sorted(known.names):
        member = (*around, name)
        if name == "institutionalService" and kind is ClaimKind.PROFESSIONAL:
            continue
        inside = known.inside.get(name)
        value = _VALUES.get(name, "1") if inside is None else _whole(inside, member, kind)
        part[name] = in_lists(copy.deepcopy(value), lists_around(member)[-1])
    return part
