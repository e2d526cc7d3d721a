"""The institutional guide, ASC X12N 005010X223A2/A3: its loops, segments and elements with usage and repeat.

`structure` explains the notation. Facts are from the guide and its errata; situations have names of their own.
"""

from typing import Final

INSTITUTIONAL: Final = """
+header R1
  BHT R1 1=0019 2=00|18 3 4 5 6=31|CH|RP
  +1000A R1
    NM1*41 R1 2=1|2 3 4? 5? 8=46 9
    PER*IC R2 2? 3=EM|FX|TE 4 5?=EM|EX|FX|TE 6? 7?=EM|EX|FX|TE 8?
  +1000B R1
    NM1*40 R1 2=2 3 8=46 9
+2000A R*
  HL R1 1 3=20 4=1
  PRV*BI S1 2=PXC 3
  CUR S1 1=85 2
  +2010AA R1
    NM1*85 R1 2=2 3 8?=XX 9?
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
    REF*EI R1 2
    PER*IC S2 2? 3=EM|FX|TE 4 5?=EM|EX|FX|TE 6? 7?=EM|EX|FX|TE 8?
  +2010AB S1
    NM1*87 R1 2=2
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
    SBR R1 1=A|B|C|D|E|F|G|H|P|S|T|U 2?patient-is-subscriber=18 3? 4? 9?
    +2010BA R1
      NM1*IL R1 2=1|2 3 4? 5? 7? 8?person=II|MI 9?person
      N3 S1:patient-is-subscriber 1 2?
      N4 S1:patient-is-subscriber 1 2?us-address 3?us-address 4? 7?
      DMG S1:patient-is-subscriber 1=D8 2 3=F|M|U
      REF*SY S1 2
      REF*Y4 S1 2
    +2010BB R1
      NM1*PR R1 2=2 3 8=PI|XV 9
      N3 S1 1 2?
      N4 S1 1 2?us-address 3?us-address 4? 7?
      REF*2U|EI|FY|NF S3 2
      REF*G2|LU S1 2
    +2000C S*:patient-is-not-subscriber
      HL R1 1 2 3=23 4=0
      PAT R1 1=01|19|20|21|39|40|53|G8
      +2010CA R1
        NM1*QC R1 2=1 3 4? 5? 7?
        N3 R1 1 2?
        N4 R1 1 2?us-address 3?us-address 4? 7?
        DMG R1 1=D8 2 3=F|M|U
        REF*Y4 S1 2
        REF*1W|SY S1 2
+2300 S100
  CLM R1 1 2 5 5-1 5-2=A 5-3 7=A|B|C 8=N|W|Y 9=I|Y 20?=1|10|11|15|2|3|4|5|6|7|8|9
  DTP*096 S1 2=TM 3
  DTP*434 R1 2=RD8 3
  DTP*435 S1:inpatient 2=D8|DT 3
  DTP*050 S1 2=D8 3
  CL1 R1 1 2? 3
  PWK S10 1 2=AA|BM|EL|EM|FT|FX 5?=AC 6?
  CN1 S1 1=01|02|03|04|05|06|09 2? 3? 4? 5? 6?
  AMT*F3 S1 2
  REF*4N S1 2
  REF*9F S1 2
  REF*G1 S1 2
  REF*F8 S1 2
  REF*9A S1 2
  REF*9C S1 2
  REF*LX S5 2
  REF*D9 S1 2
  REF*LU S1 2
  REF*EA S1 2
  REF*P4 S1 2
  REF*G4 S1 2
  K3 S10 1
  NTE*ALG|DCP|DGN|DME|MED|NTR|ODT|RHB|RLH|RNH|SET|SFM|SPT|UPI S10 2
  NTE*ADD S1 2
  CRC*ZZ S1 2=N|Y 3=AV|NU|S2|ST 4? 5?
  HI*ABK|BK R1 1 1-1=ABK|BK 1-2 1-9?=N|U|W|Y
  HI*ABJ|BJ S1:inpatient 1 1-1=ABJ|BJ 1-2
  HI*APR|PR S1 1 1-1=APR|PR 1-2 2..3? 2..3-1=APR|PR 2..3-2
  HI*ABN|BN S1 1 1-1=ABN|BN 1-2 1-9?=N|U|W|Y 2..12? 2..12-1=ABN|BN 2..12-2 2..12-9?=N|U|W|Y
  HI*DR S1 1 1-1=DR 1-2
  HI*ABF|BF S2 1 1-1=ABF|BF 1-2 1-9?=N|U|W|Y 2..12? 2..12-1=ABF|BF 2..12-2 2..12-9?=N|U|W|Y
  HI*BBR|BR|CAH S1 1 1-1=BBR|BR|CAH 1-2 1-3=D8 1-4
  HI*BBQ|BQ S2 1 1-1=BBQ|BQ 1-2 1-3=D8 1-4 2..12? 2..12-1=BBQ|BQ 2..12-2 2..12-3=D8 2..12-4
  HI*BI S2 1 1-1=BI 1-2 1-3=RD8 1-4 2..12? 2..12-1=BI 2..12-2 2..12-3=RD8 2..12-4
  HI*BH S2 1 1-1=BH 1-2 1-3=D8 1-4 2..12? 2..12-1=BH 2..12-2 2..12-3=D8 2..12-4
  HI*BE S2 1 1-1=BE 1-2 1-5 2..12? 2..12-1=BE 2..12-2 2..12-5
  HI*BG S2 1 1-1=BG 1-2 2..12? 2..12-1=BG 2..12-2
  HI*TC S2 1 1-1=TC 1-2 2..12? 2..12-1=TC 2..12-2
  HCP S1 1 2 3? 4? 5? 6? 7? 8? 11?=DA|UN 12? 13?=T1|T2|T3|T4|T5|T6 14?=1|2|3|4|5 15?=1|2|3|4|5|6
  +2310A S1:attending
    NM1*71 R1 2=1 3 4? 5? 7? 8?=XX 9?
    PRV*AT S1 2=PXC 3
    REF*0B|1G|G2|LU S4 2
  +2310B S1
    NM1*72 R1 2=1 3 4? 5? 7? 8?=XX 9?
    REF*0B|1G|G2|LU S4 2
  +2310C S1
    NM1*ZZ R1 2=1 3 4? 5? 7? 8?=XX 9?
    REF*0B|1G|G2|LU S4 2
  +2310D S1
    NM1*82 R1 2=1 3 4? 5? 7? 8?=XX 9?
    REF*0B|1G|G2|LU S4 2
  +2310E S1
    NM1*77 R1 2=2 3 8?=XX 9?
    N3 R1 1 2?
    N4 R1 1 2?us-address 3?us-address 4? 7?
    REF*0B|G2|LU S3 2
  +2310F S1
    NM1*DN R1 2=1 3 4? 5? 7? 8?=XX 9?
    REF*0B|1G|G2 S3 2
  +2320 S10
    SBR R1 1=A|B|C|D|E|F|G|H|P|S|T|U 2=01|18|19|20|21|39|40|53|G8 3? 4? 9?
    CAS S5 1=CO|CR|OA|PI|PR 2 3 4? 5? 6? 7? 8? 9? 10? 11? 12? 13? 14? 15? 16? 17? 18? 19?
    AMT*D S1 2
    AMT*EAF S1 2
    AMT*A8 S1 2
    OI R1 3=N|W|Y 6=I|Y
    MIA S1 1 3? 4? 5? 6? 7? 8? 9? 10? 11? 12? 13? 14? 15? 16? 17? 18? 19? 20? 21? 22? 23? 24?
    MOA S1 1? 2? 3? 4? 5? 6? 7? 8? 9?
    +2330A R1
      NM1*IL R1 2=1|2 3 4? 5? 7? 8=II|MI 9
      N3 S1 1 2?
      N4 S1 1 2?us-address 3?us-address 4? 7?
      REF*SY S2 2
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
    +2330C S1
      NM1*71 R1 2=1
      REF*0B|1G|G2|LU R4 2
    +2330D S1
      NM1*72 R1 2=1
      REF*0B|1G|G2|LU R4 2
    +2330E S1
      NM1*ZZ R1 2=1
      REF*0B|1G|G2|LU R4 2
    +2330F S1
      NM1*77 R1 2=2
      REF*0B|G2|LU R3 2
    +2330G S1
      NM1*82 R1 2=1
      REF*0B|1G|G2|LU R4 2
    +2330H S1
      NM1*DN R1 2=1
      REF*0B|1G|G2 R3 2
    +2330I S1
      NM1*85 R1 2=2
      REF*G2|LU R2 2
  +2400 R999
    LX R1 1
    SV2 R1 1 2? 2-1=ER|HC|HP|IV|WK 2-2 2-3? 2-4? 2-5? 2-6? 2-7? 3 4=DA|UN 5 7?
    PWK S10 1 2=AA|BM|EL|EM|FT|FX 5?=AC 6?
    DTP*472 S1 2=D8|RD8 3
    REF*6R S1 2
    REF*9B S1 2
    REF*9D S1 2
    AMT*GT S1 2
    AMT*N8 S1 2
    NTE*TPO S1 2
    HCP S1 1 2 3? 4? 5? 6? 7? 8? 9?=ER|HC|HP|IV|WK 10? 11?=DA|UN 12? 13?=T1|T2|T3|T4|T5|T6 14?=1|2|3|4|5
    . 15?=1|2|3|4|5|6
    +2410 S1
      LIN R1 2=N4 3
      CTP R1 4 5 5-1=F2|GR|ME|ML|UN
      REF*VY|XZ S1 2
    +2420A S1
      NM1*72 R1 2=1 3 4? 5? 7? 8?=XX 9?
      REF*0B|1G|G2|LU S20 2 4? 4-1=2U 4-2
    +2420B S1
      NM1*ZZ R1 2=1 3 4? 5? 7? 8?=XX 9?
      REF*0B|1G|G2|LU S20 2 4? 4-1=2U 4-2
    +2420C S1
      NM1*82 R1 2=1 3 4? 5? 7? 8?=XX 9?
      REF*0B|1G|G2|LU S20 2 4? 4-1=2U 4-2
    +2420D S1
      NM1*DN R1 2=1 3 4? 5? 7? 8?=XX 9?
      REF*0B|1G|G2 S20 2 4? 4-1=2U 4-2
    +2430 S15
      SVD R1 1 2 3? 3-1=ER|HC|HP|IV|WK 3-2 3-3? 3-4? 3-5? 3-6? 3-7? 4 5 6?
      CAS S5 1=CO|CR|OA|PI|PR 2 3 4? 5? 6? 7? 8? 9? 10? 11? 12? 13? 14? 15? 16? 17? 18? 19?
      DTP*573 R1 2=D8 3
      AMT*EAF S1 2
"""
