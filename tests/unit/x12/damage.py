"""Damaged 837 files, with the claims that must be read from them all the same."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.unit.x12.files import FILES, claim, claims, interchange, recounted
from worker.x12.read.segments import MAX_SEGMENT_BYTES

SOUND = FILES["many"]
ALL = ["SYN-1", "SYN-2", "SYN-3", "SYN-4", "SYN-5"]


@dataclass(frozen=True)
class Damaged:
    """One file. `claims` are the numbers of the claims that are read."""

    name: str
    content: bytes
    claims: tuple[str, ...]


def damaged() -> Iterator[Damaged]:
    """At least 60 files."""
    for name, text, claims_read in (*_cut(), *_envelopes(), *_other_standards()):
        yield Damaged(name, text.encode(), tuple(claims_read))
    for name, changed, claims_read in (*_structure(), *_content()):
        content = changed if isinstance(changed, bytes) else recounted(changed).encode()
        yield Damaged(name, content, tuple(claims_read))


def _cut() -> Iterator[tuple[str, str, list[str]]]:
    for twentieth in range(1, 20):
        end = len(SOUND) * twentieth // 20
        yield f"cut after {twentieth}/20", SOUND[:end], []
    yield "cut inside the ISA", SOUND[:50], []
    yield "cut before SE", SOUND[: SOUND.index("SE*")], []
    yield "cut before GE", SOUND[: SOUND.index("GE*")], ALL
    yield "cut before IEA", SOUND[: SOUND.index("IEA*")], ALL


def _envelopes() -> Iterator[tuple[str, str, list[str]]]:
    yield "SE01 too high", SOUND.replace("SE*", "SE*1"), []
    yield "SE01 empty", re.sub(r"~\sSE\*\d+", "~SE*", SOUND), []
    yield "SE02 of another", SOUND.replace("*0001~\nGE", "*0009~\nGE"), []
    yield "GE01 wrong", SOUND.replace("GE*1*", "GE*2*"), ALL
    yield "GE01 no number", SOUND.replace("GE*1*", "GE*X*"), ALL
    yield "GE02 of another", SOUND.replace("GE*1*7", "GE*1*8"), ALL
    yield "IEA01 wrong", SOUND.replace("IEA*1*", "IEA*9*"), ALL
    yield "IEA02 of another", SOUND.replace("IEA*1*000000101", "IEA*1*000000999"), ALL
    yield "no IEA before the next ISA", SOUND[: SOUND.index("IEA*")] + FILES["one"], [*ALL, "SYN-1"]
    yield "no GE", SOUND.replace("GE*1*7~\n", ""), ALL
    yield "no SE before the next ST", FILES["two transactions"].replace("SE*", "XX*", 1), ["SYN-1"]
    yield "no GS", SOUND.replace("GS*", "XX*", 1), []
    yield "no ST", SOUND.replace("ST*", "XX*", 1), []
    yield "SE twice", SOUND.replace("GE*", "SE*9*0001~\nGE*", 1), ALL
    yield "GE twice", SOUND.replace("IEA*", "GE*1*7~\nIEA*", 1), ALL
    yield "ISA one blank short", SOUND.replace("SYNSENDER      ", "SYNSENDER     ", 1), []
    yield "ISA short, then a sound one", SOUND.replace("SYNSENDER      ", "SYNSENDER     ", 1) + FILES["one"], ["SYN-1"]
    yield "delimiters the same", SOUND.replace("*0*T*:~", "*0*T**~", 1), []
    yield "terminator a letter", SOUND.replace("*0*T*:~", "*0*T*:X", 1), []
    yield "terminator of another kind", SOUND.replace("*0*T*:~", "*0*T*:|", 1) + FILES["one"], ["SYN-1"]
    yield "text between interchanges", SOUND + "HELLO\n" + FILES["one"], [*ALL, "SYN-1"]
    yield "text before", "HELLO\n" + SOUND, ALL


def _structure() -> Iterator[tuple[str, str, list[str]]]:
    others = ["SYN-1", "SYN-2", "SYN-4", "SYN-5"]
    third = SOUND.index("CLM*SYN-3")
    before, after = SOUND[:third], SOUND[third:]
    yield "no billing level", SOUND.replace("HL*1**20*1~", "XX~", 1), []
    yield "no subscriber level", SOUND.replace("HL*4*1*22*0~", "HL*4*1*99*0~", 1), others
    yield "subscriber of another parent", SOUND.replace("HL*4*1*22*0~", "HL*4*8*22*0~", 1), others
    yield "no LX", before + after.replace("LX*1~\n", "", 1), others
    yield "SV2 in a professional claim", before + after.replace("SV1*HC:J2353", "SV2*0636*HC:J2353", 1), others
    yield "SV3 in a professional claim", before + after.replace("SV1*", "SV3*", 1), others
    yield (
        "claim without elements",
        before + after.replace("CLM*SYN-3*6120.00***11:B:1*Y*A*Y*Y", "CLM", 1),
        [
            *others[:2],
            "",
            *others[2:],
        ],
    )
    yield "identifier that is none", before + after.replace("REF*G1", "r?f*G1", 1), others
    yield "identifier too long", before + after.replace("REF*G1", "REFERENCE*G1", 1), others
    yield "element separators lost", before + after.replace("HI*ABK:C7A010*ABF:E3430", "HIABK:C7A010", 1), others
    lines = [segment for place in range(10_000) for segment in (f"LX*{place}", "SV1*HC:J2353*1*UN*1***1")]
    body = claims(2)
    body[body.index("CLM*SYN-2*6120.00***11:B:1*Y*A*Y*Y") :] = claim("SYN-2", *lines)
    yield "10,000 lines in a claim", interchange([*body, *claims(3)[-23:]]), ["SYN-1", "SYN-3"]
    segments = ["REF*ZZ*SYN"] * 25_000
    yield "25,000 segments in a claim", interchange([*claims(1)[:-15], *claim("SYN-1", *segments)]), []


def _other_standards() -> Iterator[tuple[str, str, list[str]]]:
    yield "4010", SOUND.replace("005010X222A1", "004010X098A1"), []
    yield "837D", SOUND.replace("005010X222A1", "005010X224A2"), []
    yield "835", SOUND.replace("ST*837", "ST*835"), []
    yield "no version", SOUND.replace("*005010X222A1", ""), []
    yield "4010 beside a sound one", SOUND.replace("005010X222A1", "004010X098A1") + FILES["one"], ["SYN-1"]
    yield (
        "an unknown transaction beside a sound one",
        FILES["two transactions"].replace("ST*837*0001*005010X222A1", "ST*270*0001*005010X279A1", 1),
        ["SYN-1"],
    )


def _content() -> Iterator[tuple[str, str | bytes, list[str]]]:
    others = ["SYN-1", "SYN-2", "SYN-4", "SYN-5"]
    third = SOUND.index("CLM*SYN-3")
    before, after = SOUND[:third], SOUND[third:]
    noise = random.Random(837)
    yield "NUL in a claim", before + after.replace("SYNAUTH1", "SYN\0AUTH", 1), others
    yield "bell in a claim", before + after.replace("SYNAUTH1", "SYN\aAUTH", 1), others
    yield "noise", noise.randbytes(300_000).replace(b"ISA", b"XXX"), []
    then_sound = noise.randbytes(300_000).replace(b"ISA", b"XXX") + b"\n" + FILES["one"].encode()
    yield "noise, then a sound file", then_sound, ["SYN-1"]
    yield "noise after the ISA", SOUND[:106].encode() + noise.randbytes(100_000).replace(b"~", b"-"), []
    huge = "X" * (MAX_SEGMENT_BYTES + 10)
    yield "a huge segment", before + after.replace("SYNAUTH1", huge, 1), others
    yield "a segment of a megabyte", before + after.replace("SYNAUTH1", huge * 4, 1), others
    around = f"{huge * 4}\n{FILES['one']}"
    yield "a megabyte that holds an interchange", before + after.replace("SYNAUTH1", around, 1), ["SYN-1"]
