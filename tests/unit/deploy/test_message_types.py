"""What the generators of types are given says of a message what its published schema says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy import message_types
from deploy.message_types import examples, for_java, for_typescript, main, messages, use_in_typescript

SCHEMAS = dict(messages())


def _members(schema: dict[str, Any]) -> dict[str, set[str]]:
    named = {"": schema, **schema.get("$defs", {})}
    return {name: set(each.get("properties", ())) for name, each in named.items()}


def _objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for each in schema for found in _objects(each)]
    if isinstance(schema, dict):
        return [schema, *(found for each in schema.values() for found in _objects(each))]
    return []


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("prepare", [for_typescript, for_java])
def test_each_message_keeps_its_members_and_what_is_required(name: str, prepare: Any) -> None:
    """Those of its definitions too."""
    published, prepared = SCHEMAS[name], prepare(SCHEMAS[name])

    assert _members(prepared) == _members(published)
    assert prepared["title"] == published["title"]
    assert prepared.get("required") == published.get("required")
    assert not any("default" in each for each in _objects(prepared))


@pytest.mark.parametrize(("file", "name", "said"), [pytest.param(*each, id=each[0]) for each in examples()])
def test_each_example_fits_what_the_generators_are_given(file: str, name: str, said: Any) -> None:
    """As no example has a null, Java's schema takes them too; and a wrong one is refused."""
    for prepared in (for_typescript(SCHEMAS[name]), for_java(SCHEMAS[name])):
        jsonschema.validate(said, prepared)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate([file], prepared)


def test_members_called_as_words_of_json_schema_are_kept() -> None:
    """A member may be called title or default; a text in a list of values is none."""
    schema = {
        "title": "Book",
        "properties": {"title": {"title": "Title", "type": "string"}, "default": {"enum": ["title", "default"]}},
    }

    assert for_java(schema) == {
        "title": "Book",
        "properties": {"title": {"type": "string"}, "default": {"enum": ["title", "default"]}},
    }


def test_null_goes_from_between_two_types_alone() -> None:
    """A union of two types stays one, as does what is said beside it."""
    null, text, number = {"type": "null"}, {"type": "string"}, {"type": "integer"}
    schema = {
        "title": "T",
        "properties": {"one": {"anyOf": [text, null], "description": "d"}, "two": {"anyOf": [text, number, null]}},
    }

    assert for_java(schema)["properties"] == {
        "one": {"type": "string", "description": "d"},
        "two": {"anyOf": [text, number, null]},
    }


def test_every_message_is_used_in_typescript() -> None:
    """One without an example would be compiled and never tried."""
    program = use_in_typescript()

    for schema in SCHEMAS.values():
        assert f"satisfies {schema['title']};" in program
    assert program.count('"addedLater"') >= len([each for each in examples() if each[1] == "outcome"])


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With what it comes in, before anything is removed or made."""
    monkeypatch.setattr("shutil.which", lambda tool: None if tool == "mvn" else f"/usr/bin/{tool}")

    assert main() == 1

    assert capsys.readouterr().err == "Types are made with mvn (Maven), which this machine lacks.\n"


def test_what_a_generator_says_when_it_fails_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """And nothing is called made."""
    (tmp_path / "npm").write_text("#!/bin/sh\necho lock does not fit\nexit 3\n")
    (tmp_path / "npm").chmod(0o755)
    for tool in ("mvn", "javac"):
        (tmp_path / tool).write_text("#!/bin/sh\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(message_types, "MADE", tmp_path / "types")

    assert main() == 1

    said = capsys.readouterr()
    assert "npm in " in said.err
    assert "ended with 3:\nlock does not fit\n" in said.err
    assert said.out == ""
    assert "anyOf" in json.dumps(json.loads((tmp_path / "types/typescript/schemas/claim.json").read_text()))
