"""Says what in a document is not as the claim's schema has it: the JSON path, what was expected, what is there.

No sentence holds a value of the document; names of members are not health data.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from schemas.values import WrittenNumber
from worker.pipeline.steps.unread import below, respelled

_MISSING: Final = "missing"
_TEXT: Final = "text or a number"
_EXPECTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        _MISSING: "an object",
        "model": "an object",
        "tuple": "a list",
        "string": _TEXT,
        "value": _TEXT,
        "int": "a whole number",
        "bool": "true or false",
    }
)
"""What belongs in a place, by the first word of the type of pydantic's error; the only required member is an object."""
_NAMES: Final[Mapping[type, str]] = MappingProxyType(
    {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        WrittenNumber: "a number",
        type(None): "null",
    }
)


def spelling_flaws(document: dict[str, Any]) -> Iterator[str]:  # any JSON
    """Yield a sentence for each member that is known by another spelling."""
    for each in respelled(document):
        yield f"{each.path}: this name is read only as {each.published}."


def schema_flaws(error: ValidationError, document: dict[str, Any]) -> Iterator[str]:  # any JSON
    """Yield a sentence for each place of a document that the schema refused."""
    expected: dict[str, dict[str, None]] = {}  # in order, each once
    found: dict[str, str] = {}
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        is_missing = each["type"] == _MISSING
        path, value = _place(each["loc"], document)
        if is_missing:
            path = below(path, str(each["loc"][-1]))
        expected.setdefault(path, {})[_EXPECTED[each["type"].split("_")[0]]] = None
        found[path] = "nothing" if is_missing else _NAMES.get(type(value), "something else")
    for path, wanted in expected.items():
        yield f"{path}: expected {' or '.join(wanted)}, found {found[path]}."


def _place(steps: tuple[int | str, ...], value: Any) -> tuple[str, Any]:  # any JSON
    """Return the path to the last step that is in the document, and what is there.

    What is not in it is a member that is missing, or the alternative of a union that pydantic tried.
    """
    path = "$"
    for step in steps:
        if isinstance(step, int):
            path, value = f"{path}[{step}]", value[step]
        elif isinstance(value, dict) and step in value:
            path, value = below(path, step), value[step]
    return path, value


_OF_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "it is missing",
        "extra_forbidden": "no such member is read",
        "string_too_short": "it is empty",
        "string_too_long": "it is longer than a number",
    }
)
"""What is wrong at a place of a message beside claims, by the type of pydantic's error."""


def message_flaws(error: ValidationError, expected: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each place of a message beside claims that its schema refused.

    `expected` has further words by the type of pydantic's error. The sentences of our own rules are told as they are;
    they hold no value.
    """
    for each in error.errors(include_url=False, include_input=False):
        path = "$"
        for step in each["loc"]:
            path = f"{path}[{step}]" if isinstance(step, int) else below(path, step)
        if each["type"] == "value_error":
            yield f"{path}: {each['ctx']['error']}."
        else:
            words = expected.get(each["type"]) or _OF_MESSAGES.get(each["type"])
            yield f"{path}: {words or 'it does not have the form of the schema'}."
