"""The professional guide, ASC X12N 005010X222A1/A2: its loops, segments and elements with usage and repeat.

`structure` explains the notation. Facts are from the guide and its errata; situations have names of their own.
"""

from typing import Final

PROFESSIONAL: Final = """
+header R1
  BHT R1 1=0019 2=00|18 3 4 5 6=CH|RP
  +1000A R1
    NM1*41 R1 2=1|2 3 4? 5? 8=46 9
    PER*IC R2 2? 3=ED|EM|FX|TE 4 5?=ED|EM|EX|FX|TE 6? 7?=ED|EM|EX|FX|TE 8?
  +1000B R1
    NM1*40 R1 2=2 3 8=46 9
+2000A R*
  HL R1 1 3=20 4=1
  PRV*BI S1 2=PXC 3
  CUR S1 1=85 2
  +2010AA R1
    NM1*85 R1 2=1|2 3 4? 5? 7? 8?=XX 9?
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
    REF*EI|SY R1 2
    REF*0B|1G S2 2
    PER*IC S2 2? 3=EM|FX|TE 4 5?=EM|EX|FX|TE 6? 7?=EM|EX|FX|TE 8?
  +2010AB S1
    NM1*87 R1 2=1|2
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
  +2010AC S1
    NM1*PE R1 2=2 3 8=PI|XV 9
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
    REF*2U|FY|NF S1 2
    REF*EI R1 2
  +2000B R*
    HL R1 1 2 3=22 4=0|1
    SBR R1 1=A|B|C|D|E|F|G|H|P|S|T|U 2?patient-is-subscriber=18 3? 4?
    . 5?medicare-not-primary=12|13|14|15|16|41|42|43|47 9?
    PAT S1 5?=D8 6? 7?=01 8? 9?=Y
    +2010BA R1
      NM1*IL R1 2=1|2 3 4? 5? 7? 8?person=II|MI 9?person
      N3 S1:patient-is-subscriber 1 2?
      N4 S1:patient-is-subscriber 1 2?us-address 3?us-address 4? 7?
      DMG S1:patient-is-subscriber 1=D8 2 3=F|M|U
      REF*SY S1 2
      REF*Y4 S1 2
      PER*IC S1 2? 3=TE 4 5?=EX 6?
    +2010BB R1
      NM1*PR R1 2=2 3 8=PI|XV 9
      N3 S1 1 2?
      N4 S1 1 2?us-address 3?us-address 4? 7?
      REF*2U|EI|FY|NF S3 2
      REF*G2|LU S2 2
    +2000C S*:patient-is-not-subscriber
      HL R1 1 2 3=23 4=0
      PAT R1 1=01|19|20|21|39|40|53|G8 5?=D8 6? 7?=01 8? 9?=Y
      +2010CA R1
        NM1*QC R1 2=1 3 4? 5? 7?
        N3 R1 1 2?
        N4 R1 1 2?us-address 3?us-address 4? 7?
        DMG R1 1=D8 2 3=F|M|U
        REF*Y4 S1 2
        REF*1W|SY S1 2
        PER*IC S1 2? 3=TE 4 5?=EX 6?
+2300 S100
  CLM R1 1 2 5 5-1 5-2=B 5-3 6=N|Y 7=A|B|C 8=N|W|Y 9=I|Y 10?=P 11? 11-1=AA|EM|OA 11-2?=AA|EM|OA 11-4?auto-accident
  . 11-5? 12?=02|03|05|09 20?=1|10|11|15|2|3|4|5|6|7|8|9
  DTP*431 S1 2=D8 3
  DTP*454 S1 2=D8 3
  DTP*304 S1 2=D8 3
  DTP*453 S1 2=D8 3
  DTP*439 S1:accident 2=D8 3
  DTP*484 S1 2=D8 3
  DTP*455 S1 2=D8 3
  DTP*471 S1 2=D8 3
  DTP*314|360|361 S1 2=D8|RD8 3
  DTP*297 S1 2=D8 3
  DTP*296 S1 2=D8 3
  DTP*435 S1 2=D8 3
  DTP*096 S1 2=D8 3
  DTP*090|091 S2 2=D8 3
  DTP*444 S1 2=D8 3
  DTP*050 S1 2=D8 3
  PWK S10 1 2=AA|BM|EL|EM|FT|FX 5?=AC 6?
  CN1 S1 1=01|02|03|04|05|06|09 2? 3? 4? 5? 6?
  AMT*F5 S1 2
  REF*4N S1 2
  REF*F5 S1 2
  REF*EW S1 2
  REF*9F S1 2
  REF*G1 S1 2
  REF*F8 S1 2
  REF*X4 S1 2
  REF*9A S1 2
  REF*9C S1 2
  REF*LX S1 2
  REF*D9 S1 2
  REF*EA S1 2
  REF*P4 S1 2
  REF*1J S1 2
  K3 S10 1
  NTE*ADD|CER|DCP|DGN|TPO S1 2
  CR1 S1 1?=LB 2? 4=A|B|C|D|E 5=DH 6 9? 10?
  CR2 S1 8=A|C|D|E|F|G|M 10? 11?
  CRC*07 S3 2=N|Y 3=01|04|05|06|07|08|09|12 4?=01|04|05|06|07|08|09|12 5?=01|04|05|06|07|08|09|12
  . 6?=01|04|05|06|07|08|09|12 7?=01|04|05|06|07|08|09|12
  CRC*E1|E2|E3 S3 2=N|Y 3=L1|L2|L3|L4|L5 4?=L1|L2|L3|L4|L5 5?=L1|L2|L3|L4|L5 6?=L1|L2|L3|L4|L5 7?=L1|L2|L3|L4|L5
  CRC*75 S1 2=Y 3=IH
  CRC*ZZ S1 2=N|Y 3=AV|NU|S2|ST 4?=AV|NU|S2|ST 5?=AV|NU|S2|ST
  HI*ABK|BK R1 1 1-1=ABK|BK 1-2 2..12? 2..12-1=ABF|BF 2..12-2
  HI*BP S1 1 1-1=BP 1-2 2? 2-1=BO 2-2
  HI*BG S2 1 1-1=BG 1-2 2..12? 2..12-1=BG 2..12-2
  HCP S1 1 2 3? 4? 5? 6? 7? 13?=T1|T2|T3|T4|T5|T6 14?=1|2|3|4|5 15?=1|2|3|4|5|6
  +2310A S2
    NM1*DN|P3 R1 2=1 3 4? 5? 7? 8?=XX 9?
    REF*0B|1G|G2 S3 2
  +2310B S1
    NM1*82 R1 2=1|2 3 4? 5? 7? 8?=XX 9?
    PRV*PE S1 2=PXC 3
    REF*0B|1G|G2|LU S4 2
  +2310C S1
    NM1*77 R1 2=2 3 8?=XX 9?
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
    REF*0B|G2|LU S3 2
    PER*IC S1 2? 3=TE 4 5?=EX 6?
  +2310D S1
    NM1*DQ R1 2=1 3 4? 5? 7? 8?=XX 9?
    REF*0B|1G|G2|LU S4 2
  +2310E S1
    NM1*PW R1 2=2
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
  +2310F S1
    NM1*45 R1 2=2 3?
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
  +2320 S10
    SBR R1 1=A|B|C|D|E|F|G|H|P|S|T|U 2=01|18|19|20|21|39|40|53|G8 3? 4? 5?=12|13|14|15|16|41|42|43|47 9?
    CAS S5 1=CO|CR|OA|PI|PR 2 3 4? 5? 6? 7? 8? 9? 10? 11? 12? 13? 14? 15? 16? 17? 18? 19?
    AMT*D S1 2
    AMT*A8 S1 2
    AMT*EAF S1 2
    OI R1 3=N|W|Y 4?=P 6=I|Y
    MOA S1 1? 2? 3? 4? 5? 6? 7? 8? 9?
    +2330A R1
      NM1*IL R1 2=1|2 3 4? 5? 7? 8=II|MI 9
      N3 S1 1 2?
      N4 S1 1 2?us-address 3?us-address 4? 7?
      REF*SY S1 2
    +2330B R1
      NM1*PR R1 2=2 3 8=PI|XV 9
      N3 S1 1 2?
      N4 S1 1 2?us-address 3?us-address 4? 7?
      DTP*573 S1 2=D8 3
      REF*2U|EI|FY|NF S2 2
      REF*G1 S1 2
      REF*9F S1 2
      REF*T4 S1 2
      REF*F8 S1 2
    +2330C S2
      NM1*DN|P3 R1 2=1
      REF*0B|1G|G2 R3 2
    +2330D S1
      NM1*82 R1 2=1|2
      REF*0B|1G|G2|LU R3 2
    +2330E S1
      NM1*77 R1 2=2
      REF*0B|G2|LU R3 2
    +2330F S1
      NM1*DQ R1 2=1
      REF*0B|1G|G2|LU R3 2
    +2330G S1
      NM1*85 R1 2=1|2
      REF*G2|LU R2 2
  +2400 R50
    LX R1 1
    SV1 R1 1 1-1=ER|HC|IV|WK 1-2 1-3? 1-4? 1-5? 1-6? 1-7? 2 3=MJ|UN 4 5? 7 7-1 7-2? 7-3? 7-4? 9?=Y 11?=Y 12?=Y 15?=0
    SV5 S1 1 1-1=HC 1-2 2=DA 3 4 5 6=1|4|6
    PWK S10 1 2=AA|BM|EL|EM|FT|FX 5?=AC 6?
    PWK*CT S11 2=AA|AB|AD|AF|AG|BM|EL|EM|FT|FX|NS 5?=AC 6?
    CR1 S1 1?=LB 2? 4=A|B|C|D|E 5=DH 6 9? 10?
    CR3 S1 1=I|R|S 2=MO 3
    CRC*07 S3 2=N|Y 3=01|04|05|06|07|08|09|12 4?=01|04|05|06|07|08|09|12 5?=01|04|05|06|07|08|09|12
    . 6?=01|04|05|06|07|08|09|12 7?=01|04|05|06|07|08|09|12
    CRC*70 S1 2=N|Y 3=65
    CRC*09 S1 2=N|Y 3=38|ZV 4?=38|ZV
    DTP*472 R1 2=D8|RD8 3
    DTP*471 S1 2=D8 3
    DTP*607 S1 2=D8 3
    DTP*463 S1 2=D8 3
    DTP*461 S1 2=D8 3
    DTP*304 S1 2=D8 3
    DTP*738|739 S2 2=D8 3
    DTP*011 S1 2=D8 3
    DTP*455 S1 2=D8 3
    DTP*454 S1 2=D8 3
    QTY*PT S1 2
    QTY*FL S1 2
    MEA S5 1=OG|TR 2=HT|R1|R2|R3|R4 3
    CN1 S1 1=01|02|03|04|05|06|09 2? 3? 4? 5? 6?
    REF*9B S1 2
    REF*9D S1 2
    REF*G1 S5 2 4? 4-1=2U 4-2
    REF*6R S1 2
    REF*EW S1 2
    REF*X4 S1 2
    REF*F4 S1 2
    REF*BT S1 2
    REF*9F S5 2 4? 4-1=2U 4-2
    AMT*T S1 2
    AMT*F4 S1 2
    K3 S10 1
    NTE*ADD|DCP S1 2
    NTE*TPO S1 2
    PS1 S1 1 2
    HCP S1 1 2 3? 4? 5? 6? 7? 9?=ER|HC|IV|WK 10? 11?=MJ|UN 12? 13?=T1|T2|T3|T4|T5|T6 14?=1|2|3|4|5 15?=1|2|3|4|5|6
    +2410 S1
      LIN R1 2=EN|EO|HI|N4|ON|UK|UP 3
      CTP R1 4 5 5-1=F2|GR|ME|ML|UN
      REF*VY|XZ S1 2
    +2420A S1
      NM1*82 R1 2=1|2 3 4? 5? 7? 8?=XX 9?
      PRV*PE S1 2=PXC 3
      REF*0B|1G|G2|LU S20 2 4? 4-1=2U 4-2
    +2420B S1
      NM1*QB R1 2=1|2 8?=XX 9?
      REF*0B|1G|G2 S20 2 4? 4-1=2U 4-2
    +2420C S1
      NM1*77 R1 2=2 3 8?=XX 9?
      N3 R1 1 2?
      N4 R1 1 2?us-address 3?us-address 4? 7?
      REF*G2|LU S3 2 4? 4-1=2U 4-2
    +2420D S1
      NM1*DQ R1 2=1 3 4? 5? 7? 8?=XX 9?
      REF*0B|1G|G2|LU S20 2 4? 4-1=2U 4-2
    +2420E S1
      NM1*DK R1 2=1 3 4? 5? 7? 8?=XX 9?
      N3 S1 1 2?
      N4 S1 1 2?us-address 3?us-address 4? 7?
      REF*0B|1G|G2 S20 2 4? 4-1=2U 4-2
      PER*IC S1 2? 3=EM|FX|TE 4 5?=EM|EX|FX|TE 6? 7?=EM|EX|FX|TE 8?
    +2420F S2
      NM1*DN|P3 R1 2=1 3 4? 5? 7? 8?=XX 9?
      REF*0B|1G|G2 S20 2 4? 4-1=2U 4-2
    +2420G S1
      NM1*PW R1 2=2
      N3 R1 1 2?
      N4 R1 1 2?us-address 3?us-address 4? 7?
    +2420H S1
      NM1*45 R1 2=2 3?
      N3 R1 1 2?
      N4 R1 1 2?us-address 3?us-address 4? 7?
    +2430 S15
      SVD R1 1 2 3 3-1=ER|HC|IV|WK 3-2 3-3? 3-4? 3-5? 3-6? 3-7? 5 6?
      CAS S5 1=CO|CR|OA|PI|PR 2 3 4? 5? 6? 7? 8? 9? 10? 11? 12? 13? 14? 15? 16? 17? 18? 19?
      DTP*573 R1 2=D8 3
      AMT*EAF S1 2
    +2440 S*
      LQ R1 1=AS|UT 2
      FRM R99 1 2?=N|W|Y 3? 4? 5?
"""
