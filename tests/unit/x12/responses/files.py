"""Answers of payers for the tests: synthetic parties, built from segments."""

from collections.abc import Iterable, Sequence

from tests.unit.x12.files import ISA

NPI = "1999999984"
_CONTROL = "000000201"


def interchange(kind: str, transaction: str, version: str, *bodies: Sequence[str], is_said_in_st: bool = True) -> str:
    """One interchange with one group; a body is given from behind ST to before SE."""
    segments = [ISA.format(control=_CONTROL), f"GS*{kind}*SYNPAYER*SYNPROVIDER*20260401*1200*9*X*{version}"]
    for place, body in enumerate(bodies, 1):
        number = f"{place:04}"
        st = f"ST*{transaction}*{number}" + (f"*{version}" if is_said_in_st else "")
        segments += [st, *body, f"SE*{len(body) + 2}*{number}"]
    segments += [f"GE*{len(bodies)}*9", f"IEA*1*{_CONTROL}"]
    return "".join(f"{segment}~\n" for segment in segments)


def file_835(*bodies: Sequence[str]) -> str:
    """An 835; its ST does not say the version."""
    return interchange("HP", "835", "005010X221A1", *bodies, is_said_in_st=False)


def file_277ca(*bodies: Sequence[str]) -> str:
    """A 277CA."""
    return interchange("HN", "277", "005010X214", *bodies)


def file_999(*bodies: Sequence[str]) -> str:
    """A 999."""
    return interchange("FA", "999", "005010X231A1", *bodies)


def remittance(
    claims: Iterable[Sequence[str]],
    paid: str,
    *,
    on: str = "20260410",
    trace: str = "SYNTRACE1",
    plb: Sequence[str] = (),
) -> list[str]:
    """The body of an 835 with these claims."""
    return [
        f"BPR*I*{paid}*C*ACH*CCP*01*999999992*DA*123456*1999999999**01*999999992*DA*654321*{on}",
        f"TRN*1*{trace}*1999999999",
        f"DTM*405*{on}",
        "N1*PR*SYNTHETIC PAYER*XV*SYNPAYER1",
        "N3*1 SYNTHETIC STREET",
        "N4*SPRINGFIELD*IL*62701",
        "PER*BL*SYNTHETIC DESK*TE*5555550100",
        f"N1*PE*SYNTHETIC CLINIC*XX*{NPI}",
        "REF*TJ*999999999",
        "LX*1",
        *(segment for claim in claims for segment in claim),
        *plb,
    ]


PAID = (
    "CLP*SYN-1*1*300*210*30*MB*PAYER-1*11*1",
    "NM1*QC*1*SYNTHETIC*PERSON*A***MI*SYNMEMBER1",
    "NM1*82*1*SYNTHETIC*DOCTOR****XX*1999999992",
    "MOA***MA01*N130",
    "REF*F8*PAYER-0",
    "DTM*232*20260302",
    "DTM*233*20260302",
    "DTM*050*20260305",
    "SVC*HC:J0490:JZ*200*150**20*HC:J0491*20",
    "DTM*472*20260302",
    "CAS*CO*45*20**144*10",
    "CAS*PR*1*10**2*5**3*5",
    "REF*6R*L1",
    "AMT*B6*180",
    "LQ*HE*N822",
    "LQ*HE*M76",
    "SVC*HC:96365*100*60**1",
    "DTM*150*20260302",
    "DTM*151*20260303",
    "CAS*CO*45*30",
    "CAS*PR*2*10",
    "REF*6R*L2",
)
"""A claim of two lines that is paid."""

DENIED = (
    "CLP*SYN-2*4*500*0**MB*PAYER-2*11*1",
    "NM1*QC*1*SYNTHETIC*OTHER****MI*SYNMEMBER2",
    "DTM*232*20260303",
    "SVC*HC:J2357*500*0**90",
    "DTM*472*20260303",
    "CAS*CO*16*500",
    "REF*6R*A1",
    "LQ*HE*N822",
)
"""A claim that is denied."""

OF_CLAIM = (
    "CLP*SYN-3*1*80*50*20*MB*PAYER-3*11*1",
    "CAS*CO*45*10",
    "CAS*PR*1*1**2*2**3*3**4*4**5*5**6*5",
    "NM1*QC*1*SYNTHETIC*THIRD****MI*SYNMEMBER3",
    "DTM*232*20260304",
)
"""A claim without lines, with six reasons in one CAS."""

REVERSED = (
    "CLP*SYN-1*22*-300*-210**MB*PAYER-1*11*1",
    "NM1*QC*1*SYNTHETIC*PERSON*A***MI*SYNMEMBER1",
    "SVC*HC:J0490:JZ*-200*-150**20",
    "DTM*472*20260302",
    "CAS*CO*45*-50",
    "REF*6R*L1",
    "SVC*HC:96365*-100*-60**1",
    "DTM*472*20260302",
    "CAS*CO*45*-40",
    "REF*6R*L2",
)
"""The payment of the first claim taken back."""

PLB = ("PLB*1999999984*20261231*WO:SYNREF*40*L6*-2.5",)

FULL_835 = file_835(
    remittance((PAID, DENIED, ["LX*2"], OF_CLAIM), "222.5", plb=PLB),
    remittance((REVERSED, PAID), "0", trace="SYNTRACE2", on="20260420"),
)
"""Every loop: paid, denied, adjusted as a whole, taken back and paid again."""

HEAD_277CA = (
    "BHT*0085*08*SYNREF1*20260306*1200*TH",
    "HL*1**20*1",
    "NM1*PR*2*SYNTHETIC PAYER*****PI*SYNPAYER1",
    "TRN*1*SYNTRACE3",
    "DTP*050*D8*20260305",
    "DTP*009*D8*20260306",
    "HL*2*1*21*1",
    "NM1*41*2*SYNTHETIC SUBMITTER*****46*SYNSUB",
    "TRN*2*SYNBATCH",
    "STC*A1:20*20260306*WQ*800",
    "QTY*90*1",
    "QTY*AA*1",
    "AMT*YU*300",
    "AMT*YY*500",
    "HL*3*2*19*1",
    f"NM1*85*2*SYNTHETIC CLINIC*****XX*{NPI}",
    "TRN*1*0",
    "STC*A1:19**WQ*800",
)
TAKEN_277CA = (
    "HL*4*3*PT",
    "NM1*QC*1*SYNTHETIC*PERSON****MI*SYNMEMBER1",
    "TRN*2*SYN-1",
    "STC*A2:20*20260306*WQ*300",
    "REF*1K*PAYER-1",
    "DTP*472*D8*20260302",
)
REJECTED_277CA = (
    "HL*5*3*PT",
    "NM1*QC*1*SYNTHETIC*OTHER****MI*SYNMEMBER2",
    "TRN*2*SYN-2",
    "STC*A7:21*20260306*U*500******A7:453:85",
    "REF*D9*CLEAR-2",
    "DTP*472*RD8*20260303-20260304",
    "SVC*HC:J2357*500*****90",
    "STC*A7:218*20260306*U",
    "REF*FJ*A1",
    "DTP*472*D8*20260303",
)
FULL_277CA = file_277ca((*HEAD_277CA, *TAKEN_277CA, *REJECTED_277CA))
"""One claim that is taken, and one that is sent back."""

FULL_999 = file_999(
    (
        "AK1*HC*7*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0002*005010X222A1",
        "IK3*SV1*22*2400*8",
        "CTX*CLM01:SYN-2",
        "IK4*1:2*234*7",
        "IK3*NM1*8*2010*3",
        "IK5*R*5",
        "AK9*P*2*2*1",
    )
)
"""One transaction that is accepted, and one that is not."""


def bodies_of(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The segments of a file, and the places of each transaction from behind ST to its SE."""
    segments = [each.strip() for each in text.split("~") if each.strip()]
    starts = [place + 1 for place, each in enumerate(segments) if each.startswith("ST*")]
    ends = [place for place, each in enumerate(segments) if each.startswith("SE*")]
    return segments, list(zip(starts, ends, strict=True))


def text_of(segments: Iterable[str]) -> str:
    """A file of segments."""
    return "".join(f"{segment}~\n" for segment in segments)
