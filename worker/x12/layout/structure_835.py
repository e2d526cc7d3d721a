"""The remittance advice, ASC X12N 005010X221A1: its loops, segments and elements with usage and repeat.

`structure` explains the notation. Facts are from the guide and its errata. The loop 2000 holds the claims in the guide;
here 2100 is beside it, since each claim is read by itself.
"""

from typing import Final

REMITTANCE: Final = """
+header R1
  BPR R1 1=C|D|H|I|P|U|X 2 3=C|D 4=ACH|BOP|CHK|FWT|NON 5?=CCP|CTX 6? 7? 8? 9? 10? 11? 12? 13? 14? 15? 16
  TRN R1 1=1 2 3 4?
  CUR S1 1=PR 2 3?
  REF*EV S1 2
  REF*F2 S1 2
  DTM*405 S1 2
  +1000A R1
    N1*PR R1 2 3?=XV 4?
    N3 R1 1 2?
    N4 R1 1 2? 3? 4? 7?
    REF*2U|EO|HI|NF S4 2
    PER*CX S1 2? 3?=TE|FX|EM 4? 5?=TE|FX|EM|EX 6? 7?=EX 8?
    PER*BL R* 2? 3?=TE|EM|UR 4? 5?=TE|EM|UR|EX|FX 6? 7?=EX|UR|FX 8?
    PER*IC S1 2? 3=UR 4
  +1000B R1
    N1*PE R1 2 3=FI|XV|XX 4
    N3 S1 1 2?
    N4 S1 1 2? 3? 4? 7?
    REF*0B|D3|PQ|TJ S* 2
    RDM S1 1=BM|EM|FT|OL 2? 3?
+2000 S*
  LX R1 1
  TS3 S1 1 2 3 4 5
  TS2 S1
+2100 R*
  CLP R1 1 2=1|2|3|4|19|20|21|22|23|25 3 4 5? 6 7 8? 9? 11? 12? 13? 14?
  CAS S99 1=CO|OA|PI|PR 2 3
  NM1*QC R1 2=1 3? 4? 5? 7? 8?=34|HN|II|MI|MR 9?
  NM1*IL S1 2=1|2 3? 4? 5? 7? 8=FI|II|MI 9
  NM1*74 S1 2=1|2 3? 4? 5? 7? 8?=C 9?
  NM1*82 S1 2=1|2 3? 4? 5? 7? 8=BD|BS|FI|MC|PC|SL|UP|XX 9
  NM1*TT S1 2=2 3 8=AD|FI|NI|PI|PP|XV 9
  NM1*PR S1 2=2 3 8=AD|FI|NI|PI|PP|XV 9
  NM1*GB S1 2=1|2 3? 4? 5? 7? 8?=FI|II|MI 9?
  MIA S1 1
  MOA S1
  REF*1L|1W|28|6P|9A|9C|BB|CE|EA|F8|G1|G3|IG|SY S5 2
  REF*0B|1A|1B|1C|1D|1G|1H|1J|D3|G2|LU S10 2
  DTM*232|233 S2 2
  DTM*036 S1 2
  DTM*050 S1 2
  PER*CX S2 2? 3=EM|FX|TE 4 5?=EM|EX|FX|TE 6? 7?=EX 8?
  AMT*AU|D8|DY|F5|I|NL|T|T2|ZK|ZL|ZM|ZN|ZO S13 2
  QTY*CA|CD|LA|LE|NE|NR|OU|PS|VS|ZK|ZL|ZM|ZN|ZO S14 2
  +2110 S999
    SVC R1 1 1-1=AD|ER|HC|HP|IV|N4|N6|NU|UI|WK 1-2 2 3 4? 5? 6? 7?
    DTM*150|151|472 S2 2
    CAS S99 1=CO|OA|PI|PR 2 3
    REF*1S|APC|BB|E9|G1|G3|LU|RB S8 2
    REF*6R S1 2
    REF*0B|1A|1B|1C|1D|1G|1H|1J|D3|G2|HPI|SY|TJ S10 2
    REF*0K S5 2
    AMT*B6|KH|T|T2|ZK|ZL|ZM|ZN|ZO S9 2
    QTY*ZK|ZL|ZM|ZN|ZO S6 2
    LQ*HE|RX S99 2
+summary S*
  PLB R1 1 2 3 3-1 4
"""
