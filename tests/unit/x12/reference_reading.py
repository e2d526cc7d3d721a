"""A second, naive reading of 837 claims, to compare ours with: of loops it knows claims and lines only."""

from dataclasses import dataclass, field


@dataclass
class Line:
    """The elements of one line."""

    service: list[str]
    charge: str
    unit: str
    units: str
    dates: str = ""
    ndc: str = ""
    ndc_quantity: str = ""


@dataclass
class PlainClaim:
    """The elements of one claim."""

    number: str
    charge: str
    place: list[str]
    diagnoses: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def claims_of(text: str) -> list[PlainClaim]:
    """Split a file at its delimiters; composites are split at what CLM05 is written with."""
    terminator, element = text[105], text[3]
    found: list[PlainClaim] = []
    component = ":"
    for raw in text.replace("\r", "").replace("\n", "").split(terminator):
        values = [*raw.strip().split(element), *[""] * 10]
        if values[0] == "CLM":
            component = next((each for each in values[5] if not each.isalnum()), ":")
            found.append(PlainClaim(values[1], values[2], values[5].split(component)))
        elif values[0] == "HI" and found:
            composites = [each.split(component) for each in values[1:] if each]
            kinds = {"ABK", "BK", "ABF", "BF"}
            found[-1].diagnoses += [each[1] for each in composites if each[0] in kinds]
        elif values[0] == "SV1":
            service = [each for each in values[1].split(component)[:6] if each]
            found[-1].lines.append(Line(service, values[2], values[3], values[4]))
        elif values[0] == "SV2":
            service = values[2].split(component) if values[2] else []
            found[-1].lines.append(Line(service, values[3], values[4], values[5]))
        elif values[0:2] == ["DTP", "472"]:
            found[-1].lines[-1].dates = values[3]
        elif values[0] == "LIN":
            found[-1].lines[-1].ndc = values[3]
        elif values[0] == "CTP":
            found[-1].lines[-1].ndc_quantity = values[4]
    return found
