"""JSON Patch (RFC 6902) as far as corrections need it: add, remove, replace and test, on documents and their bytes.

Numbers keep the digits of their sender: a claim that is read and written again differs only where it was patched.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import orjson

from worker.errors import ClaimscrubError

Json: TypeAlias = Any  # any JSON value: the claims of strangers have any form
Operation: TypeAlias = Mapping[str, Json]

INDEX: Final = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
AT_END: Final = "-"


class PatchError(ClaimscrubError):
    """A patch does not fit the document. Names the operation and its path, never a value."""


class _JsonNumber(str):
    """A JSON number in the digits of its sender."""

    __slots__ = ()


def read(value: bytes) -> Json:
    """The document in some bytes that are known to be JSON."""
    return json.loads(value, parse_int=_JsonNumber, parse_float=_JsonNumber)


def write(document: Json, *, indent: bool = False) -> bytes:
    """The bytes of a document, on one line or indented by two blanks."""
    option = orjson.OPT_PASSTHROUGH_SUBCLASS | (orjson.OPT_INDENT_2 if indent else 0)
    return orjson.dumps(document, default=_as_written, option=option)


def _as_written(value: object) -> orjson.Fragment:
    if isinstance(value, _JsonNumber):
        return orjson.Fragment(value.encode())
    raise TypeError(f"{type(value).__name__} is not JSON")


def apply(document: Json, patch: Iterable[Operation]) -> Json:
    """The document after all operations, in order; the one given stays as it is. Raises `PatchError`, and then none."""
    for operation in patch:
        steps = _steps(operation["path"])
        document = _applied(document, steps, operation)
    return document


def _steps(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise PatchError(f"{path}: a path begins with a slash")
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _applied(document: Json, steps: list[str], operation: Operation) -> Json:
    """A copy of the document along the path, changed at its end."""
    name, path = operation["op"], operation["path"]
    if not steps:
        return _at_top(document, operation)
    if isinstance(document, dict):
        return _in_object(document, steps, operation)
    if isinstance(document, list):
        return _in_array(document, steps, operation)
    raise PatchError(f"{name} {path}: there is no such place")


def _at_top(document: Json, operation: Operation) -> Json:
    match operation["op"]:
        case "test":
            _compare(document, operation)
            return document
        case "add" | "replace":
            return operation["value"]
    raise PatchError(f"{operation['op']} {operation['path']}: not for a whole document")


def _in_object(members: dict[str, Json], steps: list[str], operation: Operation) -> Json:
    name, path = operation["op"], operation["path"]
    key, *rest = steps
    is_there = key in members
    if not is_there and (rest or name != "add"):
        raise PatchError(f"{name} {path}: there is no such place")
    if rest:
        return members | {key: _applied(members[key], rest, operation)}
    match name:
        case "add" | "replace":
            return members | {key: operation["value"]}
        case "remove":
            return {other: value for other, value in members.items() if other != key}
        case "test":
            _compare(members[key], operation)
            return members
    raise PatchError(f"{name} {path}: no supported operation")


def _in_array(members: list[Json], steps: list[str], operation: Operation) -> Json:
    name, path = operation["op"], operation["path"]
    step, *rest = steps
    is_added = name == "add" and not rest
    if step == AT_END and is_added:
        return [*members, operation["value"]]
    place = int(step) if INDEX.fullmatch(step) else len(members) + 1
    if place >= len(members) + is_added:
        raise PatchError(f"{name} {path}: there is no such place")
    before, after = members[:place], members[place + 1 :]
    if rest:
        return [*before, _applied(members[place], rest, operation), *after]
    match name:
        case "add":
            return [*before, operation["value"], *members[place:]]
        case "replace":
            return [*before, operation["value"], *after]
        case "remove":
            return before + after
        case "test":
            _compare(members[place], operation)
            return members
    raise PatchError(f"{name} {path}: no supported operation")


def _compare(value: Json, operation: Operation) -> None:
    wanted = operation["value"]
    # A number is not the text of its digits, though both are read as text here.
    if value != wanted or isinstance(value, _JsonNumber) != isinstance(wanted, (_JsonNumber, int, float)):
        raise PatchError(f"test {operation['path']}: another value is there")
