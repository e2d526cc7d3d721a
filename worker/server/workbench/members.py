"""Members of a claim by their paths, whatever is there."""

import re
from collections.abc import Iterable
from typing import Any, Final

Json = Any
"""Any JSON value: the claim is a stranger's."""

_STEP: Final = re.compile(r"[^.\[\]$]+")


def as_text(value: Json) -> str:
    """Return a value as a box shows it: the members of a list with a blank between them, nothing for an object."""
    if isinstance(value, list):
        return " ".join(str(each) for each in value if not isinstance(each, (dict, list)) and each is not None)
    return "" if value is None or isinstance(value, dict) else str(value)


def steps_of(path: str) -> tuple[str, ...]:
    """Return the steps of a path, whether it is `$.a[0].b` or `a.0.b`."""
    return tuple(_STEP.findall(path))


def value_at(document: Json, steps: Iterable[str]) -> Json:
    """Return what is at some steps into a claim; None when nothing is."""
    for step in steps:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document
