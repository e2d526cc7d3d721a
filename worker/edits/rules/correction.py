"""The mechanical corrections that findings carry, as JSON Patch.

A correction is safe when the claim, the record or the publisher's table leaves one right answer, so that nobody has to
look at the chart. `test` operations keep it from a claim that writes the value in another way.
"""

import re
from typing import Any, Final, TypeAlias

from schemas.outcome import Fix, Location
from worker.edits.facts.claim import LineFacts

Operations: TypeAlias = tuple[dict[str, Any], ...]  # any JSON: its values are the claim's

MOST_MODIFIERS: Final = 4  # SV101-3 to SV101-6
STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")


def safe(operations: Operations) -> Fix:
    """A correction that needs no look at the record."""
    return Fix(safety="safe", patch=operations)


def unsafe(operations: Operations) -> Fix:
    """A correction that is likely, and right only if the record says so."""
    return Fix(safety="unsafe", patch=operations)


def pointer(json_path: str) -> str:
    """The JSON Pointer of a place that our locations name by its path."""
    return "".join(f"/{name or place}" for name, place in STEP.findall(json_path))


def replaced(at: Location, was: str, by: str) -> Operations:
    """One text in place of another."""
    path = pointer(at.json_path)
    return ({"op": "test", "path": path, "value": was}, {"op": "replace", "path": path, "value": by})


def overwritten(line: LineFacts, element: str, by: str) -> Operations:
    """A number of the line's service replaced; how the claim writes it does not matter."""
    return ({"op": "replace", "path": f"{_service(line)}/{element}", "value": by},)


def recounted(line: LineFacts, units: str) -> Operations:
    """Other units of the code that the line bills: while it bills another one, they are of no use."""
    code = {"op": "test", "path": f"{_service(line)}/procedureCode", "value": line.line.service.procedure_code}
    return (code, *overwritten(line, "serviceUnitCount", units))


def modifier_added(line: LineFacts, modifier: str) -> Operations | None:
    """One more modifier; None when no position is left."""
    service = line.line.service
    if len(service.procedure_modifiers) >= MOST_MODIFIERS:
        return None
    path = f"{_service(line)}/procedureModifiers"
    if service.procedure_modifiers or "procedureModifiers" in (service.extra or ()):
        return ({"op": "add", "path": f"{path}/-", "value": modifier},)
    return ({"op": "add", "path": path, "value": [modifier]},)


def modifier_removed(line: LineFacts, position: int) -> Operations:
    """One modifier removed; positions count from 1."""
    path = f"{_service(line)}/procedureModifiers/{position - 1}"
    return ({"op": "test", "path": path, "value": _written(line, position)}, {"op": "remove", "path": path})


def modifier_replaced(line: LineFacts, position: int, by: str) -> Operations:
    """Another modifier in a position; where the line carries that one already, the position is taken out."""
    if by in line.modifiers:
        return modifier_removed(line, position)
    path = f"{_service(line)}/procedureModifiers/{position - 1}"
    return (
        {"op": "test", "path": path, "value": _written(line, position)},
        {"op": "replace", "path": path, "value": by},
    )


def _written(line: LineFacts, position: int) -> str | None:
    return line.line.service.procedure_modifiers[position - 1]


def _service(line: LineFacts) -> str:
    service = "professionalService" if line.line.institutional_service is None else "institutionalService"
    return f"/claimInformation/serviceLines/{line.number - 1}/{service}"
