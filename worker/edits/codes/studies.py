"""What Medicare covers in clinical studies and registries only.

Source: CMS National Coverage Determination 200.3 (2022-04-07), monoclonal antibodies directed against amyloid for the
treatment of Alzheimer's disease; HCPCS J0172 (aducanumab), J0174 (lecanemab), J0175 (donanemab).
"""

from datetime import date
from typing import Final

IN_STUDIES_ONLY: Final = frozenset({"J0172", "J0174", "J0175"})
IN_STUDIES_ONLY_FROM: Final = date(2022, 4, 7)
STUDY_MODIFIERS: Final = frozenset({"Q0", "Q1"})
"""Investigational, and routine, services in an approved clinical study."""
