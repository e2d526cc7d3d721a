"""837 files for the tests: synthetic parties, built from segments."""

from collections.abc import Iterable
from types import MappingProxyType

ISA = "ISA*00*          *00*          *ZZ*SYNSENDER      *ZZ*SYNRECEIVER    *260302*1200*^*00501*{control}*0*T*:"


def interchange(*transactions: list[str], control: str = "000000101", version: str = "005010X222A1") -> str:
    """One interchange with one group; a transaction is given from BHT to before its SE."""
    segments = [
        ISA.format(control=control),
        f"GS*HC*SYNSENDER*SYNRECEIVER*20260302*1200*7*X*{version}",
    ]
    for place, body in enumerate(transactions, 1):
        number = f"{place:04}"
        segments += [f"ST*837*{number}*{version}", *body, f"SE*{len(body) + 2}*{number}"]
    segments += [f"GE*{len(transactions)}*7", f"IEA*1*{control}"]
    return "".join(f"{segment}~\n" for segment in segments)


def recounted(text: str) -> str:
    """The same with each SE01 as its transaction has segments now, so that another fault is what is found."""
    pieces = text.split("~")
    start = 0
    for place, piece in enumerate(pieces):
        elements = piece.strip().split("*")
        if elements[0] == "ST":
            start = place
        elif elements[0] == "SE" and len(elements) > 1:
            held = sum(1 for each in pieces[start : place + 1] if each.strip())
            pieces[place] = piece.replace(f"SE*{elements[1]}", f"SE*{held}", 1)
    return "~".join(pieces)


HEADER = (
    "BHT*0019*00*SYNREF1*20260302*1200*CH",
    "NM1*41*2*SYNTHETIC SUBMITTER*****46*SYNSUB",
    "PER*IC*SYNTHETIC CONTACT*TE*5555550100*EX*12",
    "NM1*40*2*SYNTHETIC RECEIVER*****46*SYNREC",
)
BILLING = (
    "HL*1**20*1",
    "PRV*BI*PXC*207RH0003X",
    "NM1*85*2*SYNTHETIC INFUSION CENTER*****XX*1234567893",
    "N3*100 MAIN ST*SUITE 2",
    "N4*SPRINGFIELD*IL*627010001",
    "REF*EI*123456789",
)


def subscriber(number: int, *, has_patient: bool = False, parent: int = 1) -> list[str]:
    """The level of a subscriber."""
    return [
        f"HL*{number}*{parent}*22*{int(has_patient)}",
        f"SBR*P*{'' if has_patient else '18'}*SYNGROUP******MB",
        f"NM1*IL*1*PATIENT*SYNTHETIC{number}*Q***MI*1EG4TE5MK73",
        "N3*1 EXAMPLE WAY",
        "N4*SPRINGFIELD*IL*627010002",
        "DMG*D8*19500201*F",
        "NM1*PR*2*SYNTHETIC PAYER*****PI*MEDICARE-B",
        "REF*G2*SYNPROV",
    ]


def claim(number: str, *more: str, charge: str = "6120.00") -> list[str]:
    """A clean claim for a drug with its injection; more segments go behind HI."""
    return [
        f"CLM*{number}*{charge}***11:B:1*Y*A*Y*Y",
        "REF*G1*SYNAUTH1",
        "HI*ABK:C7A010*ABF:E3430",
        *more,
        "LX*1",
        "SV1*HC:J2353:JZ*6000.00*UN*20***1:2",
        "DTP*472*D8*20260302",
        "REF*6R*L1",
        "NTE*ADD*SYNTHETIC NOTE",
        "LIN**N4*00078081881",
        "CTP****1*UN",
        "LX*2",
        "SV1*HC:96372*120.00*UN*1***1",
        "DTP*472*D8*20260302",
        "REF*6R*L2",
    ]


def claims(count: int) -> list[str]:
    """A transaction of one claim for each of some subscribers."""
    body = [*HEADER, *BILLING]
    for place in range(count):
        body += [*subscriber(place + 2), *claim(f"SYN-{place + 1}")]
    return body


def facility(*lines: str, bill_type: str = "13", number: str = "SYN-I1", charge: str = "6000.00") -> list[str]:
    """A transaction with one institutional claim."""
    return [
        *HEADER,
        *BILLING,
        *subscriber(2),
        f"CLM*{number}*{charge}***{bill_type}:A:1**A*Y*Y",
        "DTP*434*RD8*20260302-20260302",
        "DTP*435*DT*202603020800",
        "CL1*1*1*01",
        "REF*EA*SYNRECORD",
        "HI*ABK:C7A010",
        "HI*ABJ:R109" if bill_type == "11" else "HI*PR:R109",
        "HI*ABF:E3430:::::::Y*ABF:I10",
        "HI*BBR:30233N1:D8:20260302",
        "HI*BI:70:RD8:20260201-20260203",
        "HI*BH:11:D8:20260301*BH:A1:D8:19500201",
        "HI*BE:A2:::15.31*BE:80:::1",
        "HI*BG:09*BG:17",
        "NM1*71*1*DOCTOR*SYNTHETIC****XX*1234567893",
        "PRV*AT*PXC*207RH0003X",
        *lines,
    ]


def text(segments: Iterable[str]) -> str:
    """Segments as they stand in a file."""
    return "".join(f"{segment}~" for segment in segments)


_COVERAGE = (
    "SBR*S*01*SYNGROUP2*SYNTHETIC PLAN*****CI",
    "CAS*PR*1*21.89**2*15.00",
    "CAS*CO*45*3.00*1",
    "AMT*D*39.15",
    "AMT*EAF*36.89",
    "OI***Y*P**Y",
    "MOA*0.8**MA01*N130",
    "NM1*IL*1*OTHER*SYNTHETIC****MI*SYN222",
    "N3*1 EXAMPLE WAY",
    "N4*SPRINGFIELD*IL*627010002",
    "NM1*PR*2*SYNTHETIC OTHER PAYER*****PI*SYNPAY2",
    "DTP*573*D8*20260310",
    "REF*F8*SYNICN",
    "NM1*82*1",
    "REF*G2*SYNOTHER",
)

_EVERYTHING = [
    "CLM*SYN-ALL*700.00***11:B:7*Y*A*Y*I*P*AA:OA::IL**********11",
    "DTP*439*D8*20260101",
    "DTP*314*RD8*20260101-20260131",
    "PWK*OZ*EL***AC*SYNATT1",
    "PWK*P5*BM***AC*SYNATT2",
    "CN1*02*10.00*1.5*C1*2*V1",
    "AMT*F5*25.00",
    *(f"REF*{qualifier}*SYN{qualifier}" for qualifier in ("F5", "EW", "9F", "G1", "F8", "X4", "D9", "EA", "P4", "1J")),
    "K3*SYNTHETIC K3",
    "NTE*ADD*SYNTHETIC CLAIM NOTE",
    "CR1*LB*160**A*DH*12****SYNTHETIC",
    "CR2********A**SYNTHETIC ONE*SYNTHETIC TWO",
    "CRC*07*Y*04*06",
    "CRC*E1*N*L1",
    "CRC*ZZ*Y*AV",
    "HI*ABK:C7A010*ABF:E3430",
    "HI*BP:00100",
    "HI*BG:01*BG:02",
    "HCP*03*26.75*2.00*SYNORG*1******UN*1**3*2",
    "NM1*DN*1*REFERRER*SYNTHETIC****XX*1234567893",
    "REF*G2*SYNREF",
    "NM1*82*1*RENDERER*SYNTHETIC*R**JR*XX*1234567893",
    "PRV*PE*PXC*207RH0003X",
    "NM1*77*2*SYNTHETIC SITE*****XX*1234567893",
    "N3*2 MAIN ST",
    "N4*SPRINGFIELD*IL*627010003",
    "PER*IC*SYNTHETIC DESK*TE*5555550101",
    "NM1*DQ*1*SUPERVISOR*SYNTHETIC****XX*1234567893",
    "NM1*PW*2",
    "N3*3 MAIN ST",
    "N4*SPRINGFIELD*IL*627010004",
    "NM1*45*2*SYNTHETIC HOSPITAL",
    "N3*4 MAIN ST",
    "N4*SPRINGFIELD*IL*627010005",
    *_COVERAGE,
    "LX*1",
    "SV1*HC:J3490:JZ:KX:::SYNTHETIC DRUG 10 MG*600.00*UN*7.5*12**1:2**Y",
    "SV5*HC:E1390*DA*30*10.00*100.00*1",
    "PWK*CT*AD",
    "PWK*OZ*EL***AC*SYNATT3",
    "CR3*I*MO*99",
    "CRC*09*Y*38*ZV",
    "DTP*472*RD8*20260302-20260304",
    "DTP*471*D8*20260301",
    "QTY*PT*2",
    "MEA*TR*R1*10.5",
    "REF*G1*SYNLINEAUTH",
    "REF*G1*SYNLINEAUTH2**2U:SYNPAY2",
    "REF*6R*SYNLINE1",
    "REF*9F*SYNREFERRAL",
    "AMT*T*1.50",
    "K3*SYNTHETIC LINE K3",
    "NTE*ADD*SYNTHETIC LINE NOTE",
    "PS1*SYNPS*10.00",
    "LIN**N4*00078081881",
    "CTP****10*ML",
    "REF*XZ*SYNRX",
    "NM1*82*1*RENDERER*SYNTHETIC****XX*1234567893",
    "PRV*PE*PXC*207RH0003X",
    "NM1*DK*1*ORDERER*SYNTHETIC****XX*1234567893",
    "N3*5 MAIN ST",
    "N4*SPRINGFIELD*IL*627010006",
    "PER*IC*SYNTHETIC DESK*TE*5555550102*EM*DESK@EXAMPLE.ORG",
    "SVD*SYNPAY2*40.00*HC:J3490:JZ**7",
    "CAS*CO*45*3.00",
    "DTP*573*D8*20260310",
    "AMT*EAF*5.00",
    "LQ*UT*04.03",
    "FRM*1A**056",
    "FRM*4*Y",
    "LX*2",
    "SV1*HC:96372*100.00*UN*1***1",
    "DTP*472*D8*20260302",
]

_DEPENDENT = [
    *HEADER,
    *BILLING,
    "NM1*87*2",
    "N3*9 PAY ST",
    "N4*SPRINGFIELD*IL*627010009",
    *subscriber(2, has_patient=True),
    "HL*3*2*23*0",
    "PAT*19******01*155",
    "NM1*QC*1*CHILD*SYNTHETIC",
    "N3*1 EXAMPLE WAY",
    "N4*SPRINGFIELD*IL*627010002",
    "DMG*D8*20150101*M",
    "REF*Y4*SYNCASE",
    *claim("SYN-CHILD"),
    *subscriber(4),
    *claim("SYN-SELF-1"),
    *claim("SYN-SELF-2"),
]

FILES = MappingProxyType(
    {
        "one": interchange(claims(1)),
        "many": interchange(claims(5)),
        "two transactions": interchange(claims(2), claims(1)),
        "two interchanges": interchange(claims(1)) + interchange(claims(2), control="000000102"),
        "everything": interchange([*HEADER, *BILLING, *subscriber(2), *_EVERYTHING]),
        "dependent": interchange(_DEPENDENT),
        "later errata": interchange(claims(1), version="005010X222A2"),
        "institutional": interchange(
            facility(
                *("LX*1", "SV2*0636*HC:J2353:JZ*6000.00*UN*20", "DTP*472*D8*20260302", "REF*6R*L1"),
                *("LIN**N4*00078081881", "CTP****1*UN"),
            ),
            version="005010X223A2",
        ),
        "inpatient": interchange(
            facility("LX*1", "SV2*0120**6000.00*DA*3", "DTP*472*RD8*20260302-20260304", bill_type="11"),
            version="005010X223A3",
        ),
    }
)
"""Whole files by what they show."""
