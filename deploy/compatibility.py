"""Compares two versions of a JSON Schema: what may be written by the one that the other does not accept?

It knows the words that our schemas use, and names one that it does not know: a schema that nobody compares would be
taken for one without changes. Objects are open: a member that a reader does not know is passed over.

Run as a program, it keeps the schemas of today as those of the last release.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
TODAY: Final = ROOT / "schemas" / "json"
RELEASED: Final = ROOT / "schemas" / "released"

Schema = dict[str, Any]
"""A JSON Schema."""

_WORDS: Final = frozenset({"$comment", "$defs", "$id", "$schema", "default", "description", "examples", "title"})
"""Words that decide nothing."""

_LIMITS: Final = {
    "exclusiveMaximum": 1,
    "exclusiveMinimum": -1,
    "maxItems": 1,
    "maxLength": 1,
    "maximum": 1,
    "minItems": -1,
    "minLength": -1,
    "minimum": -1,
}
"""Limits, by whether more (1) or less (-1) is the wider one."""

_EXACT: Final = frozenset({"format", "pattern", "uniqueItems"})
_KNOWN: Final = (
    _WORDS
    | _LIMITS.keys()
    | _EXACT
    | {"$ref", "additionalProperties", "anyOf", "const", "enum", "items", "properties", "required", "type"}
)


def refusals(reader: Schema, writer: Schema) -> list[str]:
    """Return what a reader's schema refuses of what a writer's allows, each with its JSON path.

    Raises `ValueError` for a word of JSON Schema that is not known here.
    """
    return list(_Comparison(reader, writer).between(reader, writer, "$"))


class _Comparison:
    def __init__(self, reader: Schema, writer: Schema) -> None:
        self._reader, self._writer = reader, writer
        self._seen: set[tuple[str, str]] = set()

    def between(self, reader: Schema, writer: Schema, path: str) -> Iterator[str]:
        names = reader.get("$ref", ""), writer.get("$ref", "")
        if names[0] and names[1]:
            if names in self._seen:
                return
            self._seen.add(names)
        reader, writer = _resolved(reader, self._reader), _resolved(writer, self._writer)
        for word in (reader.keys() | writer.keys()) - _KNOWN:
            raise ValueError(f"{path}: {word} is not known to deploy/compatibility.py")
        if "anyOf" in reader or "anyOf" in writer:
            yield from self._choices(reader, writer, path)
            return
        yield from _values(reader, writer, path)
        yield from _limits(reader, writer, path)
        yield from self._members(reader, writer, path)
        if "items" in reader and "items" in writer:
            yield from self.between(reader["items"], writer["items"], f"{path}[*]")

    def _choices(self, reader: Schema, writer: Schema, path: str) -> Iterator[str]:
        accepted = reader.get("anyOf", [reader])
        for choice in writer.get("anyOf", [writer]):
            found = [list(_Comparison(self._reader, self._writer).between(each, choice, path)) for each in accepted]
            if all(found):
                yield min(found, key=len)[0]

    def _members(self, reader: Schema, writer: Schema, path: str) -> Iterator[str]:
        for name in sorted(set(reader.get("required", ())) - set(writer.get("required", ()))):
            yield f"{path}.{name} may be absent"
        ours, theirs = reader.get("properties", {}), writer.get("properties", {})
        for name, schema in theirs.items():
            if name in ours:
                yield from self.between(ours[name], schema, f"{path}.{name}")
            elif reader.get("additionalProperties", True) is False:
                yield f"{path}.{name} is not known"
        if isinstance(reader.get("additionalProperties"), dict) and isinstance(
            writer.get("additionalProperties"), dict
        ):
            yield from self.between(reader["additionalProperties"], writer["additionalProperties"], f"{path}.*")


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        schema = document["$defs"][name] | {word: each for word, each in schema.items() if word != "$ref"}
    return schema


def _values(reader: Schema, writer: Schema, path: str) -> Iterator[str]:
    ours, theirs = _kinds(reader), _kinds(writer)
    if ours and not theirs <= ours:
        yield f"{path} may be {', '.join(sorted(theirs - ours))}"
    accepted, written = _enumerated(reader), _enumerated(writer)
    if accepted is not None and (written is None or not set(written) <= set(accepted)):
        more = "any value" if written is None else ", ".join(sorted(set(written) - set(accepted)))
        yield f"{path} may be {more}"


def _kinds(schema: Schema) -> set[str]:
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _enumerated(schema: Schema) -> list[str] | None:
    """Return the values of a closed list, written as JSON."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else [json.dumps(each) for each in values]


def _limits(reader: Schema, writer: Schema, path: str) -> Iterator[str]:
    for word, sign in _LIMITS.items():
        if word in reader and (word not in writer or sign * writer[word] > sign * reader[word]):
            yield f"{path} has a narrower {word}"
    for word in sorted(_EXACT):
        if word in reader and reader[word] != writer.get(word):
            yield f"{path} has another {word}"


def keep_release() -> None:
    """Make the schemas of today those of the last release."""
    shutil.rmtree(RELEASED, ignore_errors=True)
    RELEASED.mkdir()
    for file in TODAY.glob("*.schema.json"):
        shutil.copy(file, RELEASED / file.name)


if __name__ == "__main__":
    keep_release()
