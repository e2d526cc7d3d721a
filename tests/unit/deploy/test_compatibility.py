"""The rule of schemas/README.md: what breaks a reader, and that nothing does within a major version."""

import json
from typing import Any

import pytest

from deploy.compatibility import RELEASED, TODAY, refusals
from schemas.contract import CONTRACT_VERSION, schema_id

OUTGOING = {"outcome", "shadow-difference"}
"""Schemas of what we write: others read it."""

TEXT = {"type": "string"}
NAMED = {"type": "object", "properties": {"name": TEXT}, "required": ["name"]}


def _version(schema: dict[str, Any]) -> list[int]:
    return [int(part) for part in schema["$comment"].rpartition(" ")[2].split(".")]


@pytest.mark.parametrize("file", sorted(RELEASED.glob("*.schema.json")), ids=lambda file: file.name)
def test_nothing_breaks_within_a_major_version(file: Any) -> None:
    """What was released and what is here understand each other, or the major version is a higher one."""
    released = json.loads(file.read_text("utf-8"))
    today = json.loads((TODAY / file.name).read_text("utf-8"))
    name = file.name.removesuffix(".schema.json")
    pair = (released, today) if name in OUTGOING else (today, released)

    assert _version(today) >= _version(released)
    if _version(today)[0] == _version(released)[0]:
        assert refusals(*pair) == []


def test_every_schema_was_released_or_is_new() -> None:
    """None is taken away within a major version, and each has its own id and the version."""
    released = {file.name for file in RELEASED.glob("*.schema.json")}
    today = {file.name: json.loads(file.read_text("utf-8")) for file in TODAY.glob("*.schema.json")}

    assert released
    assert released <= set(today)
    for name, schema in today.items():
        assert schema["$id"] == schema_id(name.removesuffix(".schema.json"))
        assert schema["$comment"] == f"claimscrub contract {CONTRACT_VERSION}"


def test_a_reader_may_know_less_and_not_more() -> None:
    """A member more is passed over; one that is missing, renamed or of another kind is not."""
    more = NAMED | {"properties": {"name": TEXT, "age": {"type": "integer"}}}

    assert refusals(NAMED, more) == []
    assert refusals(more, NAMED) == []
    assert refusals(NAMED, NAMED | {"required": []}) == ["$.name may be absent"]
    assert refusals(NAMED, {"type": "object", "properties": {"called": TEXT}, "required": ["called"]}) == [
        "$.name may be absent"
    ]
    assert refusals(NAMED, NAMED | {"properties": {"name": {"type": "integer"}}}) == ["$.name may be integer"]
    assert refusals(NAMED | {"additionalProperties": False}, more) == ["$.age is not known"]


@pytest.mark.parametrize(
    ("reader", "writer", "refused"),
    [
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, 0),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, 1),
        ({"enum": ["a"]}, TEXT, 1),
        (TEXT, {"type": "string", "enum": ["a"]}, 0),
        ({"const": "a"}, {"const": "a"}, 0),
        ({"const": "a"}, {"const": "b"}, 1),
        ({"type": ["string", "null"]}, TEXT, 0),
        (TEXT, {"type": ["string", "null"]}, 1),
        ({"anyOf": [TEXT, {"type": "null"}]}, TEXT, 0),
        (TEXT, {"anyOf": [TEXT, {"type": "null"}]}, 1),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"anyOf": [{"type": "null"}, TEXT]}, 0),
        ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 5}, 0),
        ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 6}, 1),
        ({"type": "string", "maxLength": 6}, {"type": "string", "maxLength": 5}, 0),
        ({"type": "string", "maxLength": 5}, TEXT, 1),
        ({"type": "integer", "minimum": 2}, {"type": "integer", "minimum": 1}, 1),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2}, 0),
        ({"type": "string", "pattern": "a"}, {"type": "string", "pattern": "b"}, 1),
        (TEXT, {"type": "string", "pattern": "b"}, 0),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": {"type": "integer"}}, 1),
        ({"type": "object", "additionalProperties": TEXT}, {"type": "object", "additionalProperties": TEXT}, 0),
        ({"type": "object", "additionalProperties": TEXT},
         {"type": "object", "additionalProperties": {"type": "integer"}}, 1),
    ],
)  # fmt: skip
def test_each_word_is_compared_in_its_direction(reader: Any, writer: Any, refused: int) -> None:
    """A reader may accept more, a writer may write less."""
    assert len(refusals(reader, writer)) == refused


def test_a_change_is_found_behind_a_reference_that_refers_to_itself() -> None:
    """Definitions are followed once for each pair."""

    def tree(of: dict[str, str]) -> dict[str, Any]:
        node = {"type": "object", "properties": {"value": of, "left": {"$ref": "#/$defs/Node"}}}
        return {"$ref": "#/$defs/Node", "$defs": {"Node": node}}

    assert refusals(tree(TEXT), tree(TEXT)) == []
    assert refusals(tree(TEXT), tree({"type": "integer"})) == ["$.value may be integer"]


def test_a_word_that_is_not_compared_is_named() -> None:
    """So that no change passes for want of a rule."""
    with pytest.raises(ValueError, match=r"\$: oneOf is not known"):
        refusals({"oneOf": [TEXT]}, TEXT)
