"""A claim as its form: each box with the values it holds and the findings that belong to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from schemas.outcome import Finding
from worker.server.workbench import boxes
from worker.server.workbench.boxes import LINE, BoxLayout
from worker.server.workbench.lines import next_diagnosis
from worker.server.workbench.members import Json, as_text, steps_of, value_at
from worker.wording import locations

_LETTERS: Final = "ABCDEFGHIJKL"
"""Of the diagnoses in box 21."""
MOST_LINES: Final = 60
"""Service lines that are shown; a claim has up to 999."""


@dataclass(slots=True)
class FilledField:
    """A value in a box: the path of its member, its text, what it is called, and what an empty one says."""

    path: str
    text: str
    label: str = ""
    hint: str = ""


@dataclass(slots=True)
class FilledBox:
    """A box of the form."""

    layout: BoxLayout
    fields: list[FilledField]
    prefixes: tuple[tuple[str, ...], ...]
    ident: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def worst(self) -> str:
        """The most severe of its findings; empty without one."""
        said = {each.severity.value for each in self.findings}
        return next((each for each in ("reject", "pend", "warn") if each in said), "")


@dataclass(slots=True)
class FilledLine:
    """A service line: its number, a box of the line as a whole, and those of its elements."""

    number: int
    whole: FilledBox
    cells: list[FilledBox]


@dataclass(frozen=True, slots=True)
class FilledElement:
    """An element of the medical record: its name, the line that it is about, and its value and unit to be changed."""

    name: str
    line: str
    value: FilledField
    unit: FilledField


@dataclass(slots=True)
class FilledForm:
    """A claim on its form."""

    name: str
    top: list[FilledBox]
    lines: list[FilledLine]
    bottom: list[FilledBox]
    record: FilledBox
    elements: list[FilledElement]
    electronic: FilledBox
    more_lines: int = 0

    def boxes(self) -> Iterable[FilledBox]:
        """Yield every box."""
        yield from self.top
        for line in self.lines:
            yield line.whole
            yield from line.cells
        yield from (*self.bottom, self.record, self.electronic)


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding in the list beside the form: its box, its number there, and the edits to be looked at before it."""

    box: FilledBox
    finding: Finding
    number: int
    after: tuple[str, ...]


def placed_findings(form: FilledForm, waits_for: Mapping[int, tuple[str, ...]]) -> tuple[PlacedFinding, ...]:
    """Return the findings of a form from box to box; those that wait for others come last.

    `waits_for` has the edits that a finding waits for, by the `id` of the finding.
    """
    placed = [
        PlacedFinding(box, finding, number, waits_for.get(id(finding), ()))
        for box in form.boxes()
        for number, finding in enumerate(box.findings, 1)
    ]
    return tuple(sorted(placed, key=lambda each: bool(each.after)))


def filled(document: Json, findings: Sequence[Finding]) -> FilledForm:
    """Return a claim on the form of its kind, with each finding in the one box it belongs to."""
    information = value_at(document, ("claimInformation",)) or {}
    lines = information.get("serviceLines") or [] if isinstance(information, dict) else []
    is_bill = any(isinstance(line, dict) and line.get("institutionalService") for line in lines)
    top, of_line, end = (
        (boxes.INSTITUTIONAL, boxes.INSTITUTIONAL_LINE, boxes.INSTITUTIONAL_END)
        if is_bill
        else (boxes.PROFESSIONAL, boxes.PROFESSIONAL_LINE, boxes.PROFESSIONAL_END)
    )
    shown = lines[:MOST_LINES]
    form = FilledForm(
        name="UB-04" if is_bill else "CMS-1500",
        top=[_box(document, each) for each in top],
        lines=[_line(document, place, of_line) for place in range(len(shown))],
        bottom=[_box(document, each) for each in end],
        record=_box(document, boxes.RECORD),
        elements=list(_elements(document)),
        electronic=_box(document, boxes.ELECTRONIC),
        more_lines=len(lines) - len(shown),
    )
    _add_diagnoses(document, form, is_bill=is_bill)
    for number, box in enumerate(form.boxes(), 1):
        box.ident = f"box-{number}"
    for finding in findings:
        _home(form, finding).findings.append(finding)
    return form


def _elements(document: Json) -> Iterator[FilledElement]:
    """Yield the elements of the record that can be shown."""
    listed = document.get("documentation")
    for place, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict):
            path, name = f"documentation.{place}", as_text(each.get("element"))
            yield FilledElement(
                name=name,
                line=as_text(each.get("providerControlNumber")),
                value=FilledField(f"{path}.value", as_text(each.get("value")), f"{name}: value"),
                unit=FilledField(f"{path}.unit", as_text(each.get("unit")), f"{name}: unit"),
            )


def _add_diagnoses(document: Json, form: FilledForm, *, is_bill: bool) -> None:
    if is_bill:
        box = next(each for each in form.bottom if each.layout.number == "67")
        groups = value_at(document, ("claimInformation", "otherDiagnosisInformationList")) or []
        for place, group in enumerate(groups if isinstance(groups, list) else ()):
            for inner, _ in enumerate(group if isinstance(group, list) else ()):
                path = f"claimInformation.otherDiagnosisInformationList.{place}.{inner}.otherDiagnosisCode"
                box.fields.append(_field(document, path))
        box.fields.append(FilledField(next_diagnosis(document, is_bill=True), "", "one more diagnosis", "add"))
        return
    box = next(each for each in form.top if each.layout.number == "21")
    codes = value_at(document, ("claimInformation", "healthCareCodeInformation")) or []
    for place in range(len(codes) if isinstance(codes, list) else 0):
        path = f"claimInformation.healthCareCodeInformation.{place}.diagnosisCode"
        made = _field(document, path)
        made.label = f"diagnosis {_LETTERS[place] if place < len(_LETTERS) else place + 1}"
        box.fields.append(made)
    if len(box.fields) < len(_LETTERS):
        path = next_diagnosis(document, is_bill=False)
        box.fields.append(FilledField(path, "", f"one more diagnosis, {_LETTERS[len(box.fields)]}", "add"))


def _line(document: Json, place: int, layouts: Sequence[BoxLayout]) -> FilledLine:
    base = f"{LINE}.{place}"
    whole = FilledBox(BoxLayout("24" if layouts is boxes.PROFESSIONAL_LINE else "42", f"line {place + 1}", ()), [],
                      (steps_of(base),))  # fmt: skip
    cells = [_box(document, each, f"{base}.") for each in layouts]
    return FilledLine(place + 1, whole, cells)


def _box(document: Json, layout: BoxLayout, base: str = "") -> FilledBox:
    paths = [f"{base}{path}" for path in layout.paths]
    prefixes = tuple(steps_of(f"{base}{path}") for path in (*layout.paths, *layout.beside))
    return FilledBox(layout, [_field(document, path) for path in paths], prefixes)


def _field(document: Json, path: str) -> FilledField:
    return FilledField(path, as_text(value_at(document, steps_of(path))), _words_of(path))


def _words_of(path: str) -> str:
    return locations.words_of(next(each for each in reversed(path.split(".")) if not each.isdigit()))


def _home(form: FilledForm, finding: Finding) -> FilledBox:
    """Return the box whose member a finding is about: the one with the longest path that leads to it."""
    wanted, best, longest = steps_of(finding.at.json_path), form.electronic, 0
    for box in form.boxes():
        for prefix in box.prefixes:
            if len(prefix) > longest and wanted[: len(prefix)] == prefix:
                best, longest = box, len(prefix)
    if longest:
        return best
    number = finding.at.cms1500_box
    return next((box for box in form.boxes() if number and box.layout.number == number), form.electronic)
