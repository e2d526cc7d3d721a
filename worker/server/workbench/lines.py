"""Service lines that are added to a claim, copied or removed, and diagnoses that are added; the claim given stays."""

import re
from dataclasses import dataclass
from typing import Final

from worker.server.workbench.members import Json, value_at

LINES: Final = "line-"
"""What the name of every change of lines begins with: `line-add`, `line-copy-0`, `line-remove-0`."""
_ASKED: Final = re.compile(rf"{LINES}(?:(add)|(copy|remove)-(0|[1-9]\d{{0,2}}))")
_MOST_LINES: Final = 999
_NAME: Final = "providerControlNumber"
"""Names a line to payer and record, so that no other line may have it."""

_DIAGNOSIS: Final = re.compile(r"claimInformation\.healthCareCodeInformation\.(\d{1,2})\.diagnosisCode")
_OTHER_DIAGNOSIS: Final = re.compile(
    r"claimInformation\.otherDiagnosisInformationList\.(\d{1,2})\.(\d{1,2})\.otherDiagnosisCode"
)


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """A claim with other service lines, and a sentence on what was done."""

    document: Json
    said: str


def is_of_lines(asked: str) -> bool:
    """Whether a button asks for other lines."""
    return _ASKED.fullmatch(asked) is not None


def with_lines(document: Json, asked: str) -> ChangedLines:
    """Return a claim with a line more or less, as a button asks; what cannot be done is said and not done."""
    matched = _ASKED.fullmatch(asked)
    information = value_at(document, ("claimInformation",))
    if matched is None or not isinstance(information, dict):
        return ChangedLines(document, "There is no claim to change.")
    lines = information.get("serviceLines")
    lines = list(lines) if isinstance(lines, list) else []
    is_added, what, place = matched[1], matched[2], int(matched[3] or 0)
    if (is_added or what == "copy") and len(lines) >= _MOST_LINES:
        return ChangedLines(document, f"A claim has at most {_MOST_LINES} lines.")
    if not is_added and place >= len(lines):
        return ChangedLines(document, f"There is no line {place + 1}.")
    if is_added:
        lines.append(_empty_line(lines))
        said = f"Line {len(lines)} was added: fill in its boxes and scrub again."
    elif what == "copy":
        lines.insert(place + 1, _without_name(lines[place]))
        said = f"Line {place + 2} is a copy of line {place + 1}: change its boxes and scrub again."
    elif len(lines) == 1:
        return ChangedLines(document, "A claim has at least one line; it was not removed.")
    else:
        del lines[place]
        said = f"Line {place + 1} was removed; the lines after it moved up."
    changed = document | {"claimInformation": information | {"serviceLines": lines}}
    return ChangedLines(changed, f"{said} The total charge is as it was.")


def _empty_line(lines: list[Json]) -> Json:
    """Return a line of the kind of the others, on the day of the last one."""
    last = lines[-1] if lines and isinstance(lines[-1], dict) else {}
    kind = "institutionalService" if last.get("institutionalService") else "professionalService"
    day = {"serviceDate": last["serviceDate"]} if isinstance(last.get("serviceDate"), str) else {}
    return day | {kind: {"procedureIdentifier": "HC", "measurementUnit": "UN"}}


def _without_name(line: Json) -> Json:
    return {name: value for name, value in line.items() if name != _NAME} if isinstance(line, dict) else line


def next_diagnosis(document: Json, *, is_bill: bool) -> str:
    """Return the path of the diagnosis that a claim does not have yet."""
    if not is_bill:
        codes = value_at(document, ("claimInformation", "healthCareCodeInformation"))
        return f"claimInformation.healthCareCodeInformation.{_length(codes)}.diagnosisCode"
    groups = value_at(document, ("claimInformation", "otherDiagnosisInformationList"))
    last = max(_length(groups) - 1, 0)
    codes = value_at(groups, (str(last),))
    return f"claimInformation.otherDiagnosisInformationList.{last}.{_length(codes)}.otherDiagnosisCode"


def with_diagnosis(document: Json, path: str, text: str) -> Json:
    """Return a claim with one diagnosis more where a path leads just behind its last one; else as it is."""
    information = value_at(document, ("claimInformation",))
    if not text or not isinstance(information, dict):
        return document
    if path == next_diagnosis(document, is_bill=False) and _DIAGNOSIS.fullmatch(path):
        codes = information.get("healthCareCodeInformation")
        codes = list(codes) if isinstance(codes, list) else []
        codes.append({"diagnosisTypeCode": "ABF" if codes else "ABK", "diagnosisCode": text})
        return document | {"claimInformation": information | {"healthCareCodeInformation": codes}}
    if path == next_diagnosis(document, is_bill=True) and _OTHER_DIAGNOSIS.fullmatch(path):
        groups = information.get("otherDiagnosisInformationList")
        groups = list(groups) if isinstance(groups, list) and groups else [[]]
        last = list(groups[-1]) if isinstance(groups[-1], list) else []
        groups[-1] = [*last, {"qualifierCode": "ABF", "otherDiagnosisCode": text}]
        return document | {"claimInformation": information | {"otherDiagnosisInformationList": groups}}
    return document


def _length(value: Json) -> int:
    return len(value) if isinstance(value, list) else 0
