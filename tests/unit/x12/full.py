"""One 837P and one 837I that use every loop and every segment of their guides: synthetic parties, from the structure.

The first claim has all that a claim can have. Around it are other claims, subscribers, a dependent and a second billing
provider, so that a claim that changes its owner is seen.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from schemas.claim import ClaimKind
from tests.unit.x12.files import ISA
from worker.x12.layout.structure import LoopUse, SegmentUse, loops_of

VERSIONS: Final = MappingProxyType({ClaimKind.PROFESSIONAL: "005010X222A1", ClaimKind.INSTITUTIONAL: "005010X223A2"})
_IDENTIFIERS: Final = {"XX": "1234567893", "46": "SYNSUB", "PI": "SYNPAY1", "MI": "SYNMEM1", "II": "SYNMEM1"}
_VALUES: Final = {
    "BHT": {3: "SYNFULL", 4: "20260302", 5: "1200"},
    "PER": {2: "SYNTHETIC DESK", 3: "TE", 4: "5555550100", 5: "EX", 6: "12"},
    "N3": {1: "1 EXAMPLE WAY", 2: "SUITE 2"},
    "N4": {1: "SPRINGFIELD", 2: "IL", 3: "627010001"},
    "REF": {2: "123456789"},
    "PRV": {3: "207RH0003X"},
    "CUR": {2: "USD"},
    "SBR": {1: "P", 3: "SYNGROUP", 9: "CI"},
    "PAT": {6: "20260301", 8: "140"},
    "DMG": {2: "19500201", 3: "F"},
    "DTP": {3: "20260302"},
    "PWK": {1: "OZ", 2: "EL", 5: "AC", 6: "SYNATT1"},
    "CN1": {1: "02", 2: "10.5", 3: "1.5", 4: "SYNC", 5: "2", 6: "V1"},
    "AMT": {2: "25.5"},
    "K3": {1: "SYNTHETIC K3"},
    "NTE": {2: "SYNTHETIC NOTE"},
    "CR1": {2: "160", 6: "12", 9: "SYNTHETIC", 10: "SYNTHETIC"},
    "CR2": {8: "A", 10: "SYNTHETIC", 11: "SYNTHETIC"},
    "CR3": {1: "I", 3: "12"},
    "CL1": {1: "1", 2: "1", 3: "01"},
    "HCP": {1: "03", 2: "26.5", 3: "2", 4: "SYNORG", 5: "1", 6: "SYNAPG", 7: "3", 8: "0250", 10: "96372", 12: "1"},
    "CAS": {1: "PR", 2: "1", 3: "21.5", 4: "1"},
    "MIA": {1: "1"},
    "MOA": {1: "0.8", 2: "10.5", 3: "MA01"},
    "LX": {1: "1"},
    "SV1": {2: "148", 4: "1", 5: "11"},
    "SV2": {1: "0636", 3: "148", 5: "1", 7: "3"},
    "SV5": {3: "30", 4: "10", 5: "100", 6: "1"},
    "QTY": {2: "2"},
    "MEA": {1: "TR", 2: "R1", 3: "10.5"},
    "PS1": {1: "SYNPS1", 2: "20"},
    "LIN": {2: "N4", 3: "00078081881"},
    "CTP": {4: "1"},
    "SVD": {1: "SYNPAY2", 2: "20", 4: "0636", 5: "1", 6: "1"},
    "LQ": {1: "UT", 2: "1.01"},
    "FRM": {1: "1A", 2: "Y"},
}
_COMPOSITES: Final = {
    ("CLM", 5): {ClaimKind.PROFESSIONAL: "11:B:1", ClaimKind.INSTITUTIONAL: "13:A:1"},
    ("CLM", 11): {ClaimKind.PROFESSIONAL: "AA:::IL", ClaimKind.INSTITUTIONAL: ""},
}
_DATES: Final = {"D8": "20260302", "RD8": "20260302-20260303", "TM": "1200", "DT": "202603021200"}
_LINE: Final = {
    ClaimKind.PROFESSIONAL: ("SV1*HC:96365*148*UN*1***1", "DTP*472*D8*20260302"),
    ClaimKind.INSTITUTIONAL: ("SV2*0636*HC:J2353*148*UN*1",),
}
_BEGINNING: Final = {
    ClaimKind.PROFESSIONAL: ("CLM*{}*148***11:B:1*Y*A*Y*Y", "HI*ABK:M3210"),
    ClaimKind.INSTITUTIONAL: (
        "CLM*{}*148***13:A:1**A*Y*Y",
        "DTP*434*RD8*20260302-20260303",
        "CL1*1*1*01",
        "HI*ABK:M3210",
        "NM1*71*1*DOCTOR*SYNTHETIC****XX*1234567893",
    ),
}


def segments_of(kind: ClaimKind) -> list[str]:
    """The segments from ST to before SE."""
    uses = loops_of(kind)
    return [
        f"ST*837*0001*{VERSIONS[kind]}",
        *_loop(uses["header"], kind),
        "HL*1**20*1",
        *_level(uses["2000A"], kind),
        "HL*2*1*22*0",
        *_level(uses["2000B"], kind),
        *_loop(uses["2300"], kind),
        "LX*2",
        *_LINE[kind],
        *_claim("SYN-2", kind),
        "HL*3*1*22*1",
        *_subscriber("SYNMEM2", "", "SYNPAY2"),
        "HL*4*3*23*0",
        *_level(uses["2000C"], kind),
        *_claim("SYN-3", kind),
        "HL*5*3*23*0",
        "PAT*19",
        "NM1*QC*1*OTHER*SYNTHETIC",
        *_ADDRESS,
        "DMG*D8*20150202*F",
        *_claim("SYN-4", kind),
        "HL*6*1*22*0",
        *_subscriber("SYNMEM3", "18", "SYNPAY3"),
        *_claim("SYN-5", kind),
        "HL*7**20*1",
        "NM1*85*2*SECOND SYNTHETIC CENTER*****XX*1245319599",
        *_ADDRESS,
        "REF*EI*987654321",
        "HL*8*7*22*0",
        *_subscriber("SYNMEM4", "18", "SYNPAY4"),
        *_claim("SYN-6", kind),
    ]


def file_of(segments: list[str], kind: ClaimKind) -> str:
    """A file of one transaction, given from ST to before SE, with the count that it has."""
    body = [*segments, f"SE*{len(segments) + 1}*0001"]
    around = [ISA.format(control="000000101"), f"GS*HC*SYNSENDER*SYNRECEIVER*20260302*1200*7*X*{VERSIONS[kind]}"]
    return "".join(f"{each}~\n" for each in [*around, *body, "GE*1*7", "IEA*1*000000101"])


_ADDRESS: Final = ("N3*1 EXAMPLE WAY", "N4*SPRINGFIELD*IL*627010001")


def _subscriber(member: str, relationship: str, payer: str) -> list[str]:
    return [
        f"SBR*P*{relationship}*SYNGROUP******CI",
        f"NM1*IL*1*PATIENT*SYNTHETIC****MI*{member}",
        *_ADDRESS,
        "DMG*D8*19500201*F",
        f"NM1*PR*2*SYNTHETIC PAYER*****PI*{payer}",
    ]


def _claim(number: str, kind: ClaimKind) -> list[str]:
    first, *others = _BEGINNING[kind]
    return [first.format(number), *others, "LX*1", *_LINE[kind]]


def _level(use: LoopUse, kind: ClaimKind) -> Iterator[str]:
    for segment in use.segments[1:]:
        yield from _segment(segment, use.name, kind)
    for inside in use.loops:
        if inside.segments[0].identifier != "HL":
            yield from _loop(inside, kind)


def _loop(use: LoopUse, kind: ClaimKind) -> Iterator[str]:
    for segment in use.segments:
        yield from _segment(segment, use.name, kind)
    for inside in use.loops:
        yield from _loop(inside, kind)


def _segment(use: SegmentUse, loop: str, kind: ClaimKind) -> Iterator[str]:
    """One segment for each qualifier, as often as the guide allows."""
    qualifiers = use.qualifiers[: use.most or 1] or ("",)
    if use.identifier in {"HI", "NM1"}:
        qualifiers = qualifiers[:1]
    for qualifier in qualifiers:
        yield _written(use, qualifier, loop, kind)


def _written(use: SegmentUse, qualifier: str, loop: str, kind: ClaimKind) -> str:
    elements: dict[int, str] = {1: qualifier} if qualifier and use.identifier != "HI" else {}
    for each in use.elements:
        if each.component is None:
            elements[each.place] = _value(use, each.place, sorted(each.codes), elements, loop)
    for place in {each.place for each in use.elements if each.component is not None}:
        composite = _COMPOSITES.get((use.identifier, place))
        elements[place] = composite[kind] if composite else _composite(use, place, qualifier)
    if use.identifier == "HI":
        elements = {place: value for place, value in elements.items() if place <= 3}
    if use.identifier == "CLM":
        elements |= {1: "SYN-1", 2: "296"}
    last = max(place for place, value in elements.items() if value)
    return "*".join([use.identifier, *(elements.get(place, "") for place in range(1, last + 1))])


def _value(use: SegmentUse, place: int, codes: list[str], before: dict[int, str], loop: str) -> str:
    identifier = use.identifier
    if identifier == "NM1":
        return _name(place, codes, before, loop)
    if identifier == "DTP":
        return _DATES[before[2]] if place == 3 else codes[0]
    if identifier in {"SBR", "PAT"} and loop in {"2320", "2000C"} and place in {1, 2} and "01" in codes:
        return "01"
    if identifier in {"PWK", "MIA", "MOA", "CAS", "PER", "FRM", "HCP", "N4"}:
        own = _VALUES[identifier].get(place, "")
        return own if not codes or own in codes else codes[0] if place in {9, 11} else ""
    return _VALUES.get(identifier, {}).get(place) or (codes[0] if codes else "")


def _name(place: int, codes: list[str], before: dict[int, str], loop: str) -> str:
    if place == 2:
        return "1" if "1" in codes and (loop in {"2010BA", "2330A"} or len(codes) == 1) else "2"
    if place == 3:
        return f"SYNTHETIC {loop}"
    if place in {4, 5, 7}:
        return {4: "GIVEN", 5: "M", 7: "JR"}[place] if before[2] == "1" else ""
    if place == 8:
        return next((code for code in ("MI", "PI") if code in codes), codes[0])
    return _IDENTIFIERS[before[8]]


def _composite(use: SegmentUse, place: int, qualifier: str) -> str:
    if use.identifier == "SV1" and place == 7:
        return "1:2:3:4"
    if use.identifier == "CTP":
        return "UN"
    if use.identifier == "REF":
        return "2U:SYNPAY2"
    if use.identifier in {"SV1", "SV2", "SV5", "SVD"}:
        modifiers = "" if use.identifier == "SV5" else ":JZ:KX:GA:GC:SYNTHETIC"
        return f"HC:J2353{modifiers}"
    return _of_hi(use, place, qualifier)


def _of_hi(use: SegmentUse, place: int, qualifier: str) -> str:
    components = {each.component: sorted(each.codes) for each in use.elements if each.place == place and each.component}
    allowed = components[1]
    first = qualifier if qualifier in allowed else allowed[0]
    code = {"ABK": "M3210", "ABF": "E3430", "ABJ": "M3210", "APR": "R109", "ABN": "W1830XA", "DR": "123"}.get(first, "")
    code = code or {"BBR": "30233N1", "BBQ": "30233N1", "BP": "00100", "BO": "00102"}.get(first, "") or "11"
    values = [first, code]
    if 3 in components:
        values += [components[3][0], _DATES[components[3][0]]]
    if 5 in components:
        values += ["", "", "15.5"]
    if 9 in components:
        values += [""] * (8 - len(values)) + ["Y"]
    return ":".join(values)
