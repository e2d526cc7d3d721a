"""The implementation acknowledgment, ASC X12C 005010X231A1: its loops, segments and elements.

`structure` explains the notation. Facts are from the guide.
"""

from typing import Final

IMPLEMENTATION_ACKNOWLEDGMENT: Final = """
+header R1
  AK1 R1 1 2 3?
+2000 S*
  AK2 R1 1 2 3?
  +2100 S*
    IK3 R1 1 2 3? 4
    CTX S10 1
    +2110 S*
      IK4 R1 1 2? 3 4?
      CTX S10 1
+2000-end S*
  IK5 R1 1=A|E|M|R|W|X 2? 3? 4? 5? 6?
+summary S1
  AK9 R1 1=A|E|M|P|R|W|X 2 3 4 5? 6? 7? 8? 9?
"""
