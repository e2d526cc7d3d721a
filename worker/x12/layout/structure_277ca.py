"""The claim acknowledgment, ASC X12N 005010X214: its loops, segments and elements with usage and repeat.

`structure` explains the notation. Facts are from the guide.
"""

from typing import Final

CLAIM_ACKNOWLEDGMENT: Final = """
+header R1
  BHT R1 1=0085 2=08 3 4 5 6=TH
+2000A R1
  HL R1 1 3=20 4=1
  +2100A R1
    NM1*PR|AY R1 2=2 3 8=46|FI|PI|XV 9
  +2200A R1
    TRN R1 1=1 2
    DTP*050|009 R2 2=D8 3
+2000B R1
  HL R1 1 2 3=21 4=0|1
  +2100B R1
    NM1*41 R1 2=1|2 3? 4? 5? 8=46 9
  +2200B R1
    TRN R1 1=2 2
    STC R* 1 1-1 1-2 2 3=U|WQ 4
    QTY*90|AA S2 2
    AMT*YU|YY S2 2
+2000C S*
  HL R1 1 2 3=19 4=0|1
  +2100C R1
    NM1*85 R1 2=1|2 3? 4? 5? 7? 8=FI|SV|XX 9
  +2200C S1
    TRN R1 1=1 2
    STC S* 1 1-1 1-2 3=U|WQ 4?
    REF*0B|1G|G2|LU|SY|TJ S3 2
    QTY*QA|QC S2 2
    AMT*YU|YY S2 2
+2000D S*
  HL R1 1 2 3=PT
  +2100D R1
    NM1*QC R1 2=1 3? 4? 5? 7? 8=II|MI 9
  +2200D S*
    TRN R1 1=2 2
    STC R* 1 1-1 1-2 2 3=U|WQ 4
    REF*1K S1 2
    REF*D9 S1 2
    REF*BLT S1 2
    DTP*472 S1 2=D8|RD8 3
    +2220D S*
      SVC R1 1 1-1 1-2 2
      STC R* 1 1-1 1-2 3?=U
      REF*FJ S1 2
      REF*XZ S1 2
      DTP*472 S1 2=D8|RD8 3
"""
