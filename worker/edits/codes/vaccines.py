"""Vaccines that Medicare Part B covers for everybody, and the codes by which it pays for giving them.

Numbers of HCPCS and CPT codes, in our own words. Source: CMS Claims Processing Manual (Pub. 100-04), chapter 18,
section 10.2.1.
"""

from types import MappingProxyType
from typing import Final

from worker.edits.codes.ranges import CodeRange, within

INFLUENZA: Final[tuple[CodeRange, ...]] = (
    ("90630", "90630"),
    ("90653", "90658"),
    ("90660", "90662"),
    ("90672", "90674"),
    ("90682", "90682"),
    ("90685", "90689"),
    ("90694", "90694"),
    ("90756", "90756"),
    ("Q2034", "Q2039"),
)
PNEUMOCOCCAL: Final[tuple[CodeRange, ...]] = (
    ("90669", "90671"),
    ("90677", "90677"),
    ("90684", "90684"),
    ("90732", "90732"),
)
HEPATITIS_B: Final[tuple[CodeRange, ...]] = (
    ("90739", "90740"),
    ("90743", "90744"),
    ("90746", "90747"),
    ("90759", "90759"),
)
GIVEN_BY: Final = MappingProxyType({"G0008": INFLUENZA, "G0009": PNEUMOCOCCAL, "G0010": HEPATITIS_B})
VACCINES: Final[tuple[CodeRange, ...]] = (("90476", "90759"), ("91300", "91322"), ("Q2034", "Q2039"))
"""Vaccines of any kind."""
GENERAL: Final[tuple[CodeRange, ...]] = (("90460", "90461"), ("90471", "90474"))
"""Giving any vaccine."""


def administration_of(code: str) -> str | None:
    """The code by which Medicare pays for giving this vaccine; None when there is no such code."""
    return next((giving for giving, vaccines in GIVEN_BY.items() if within(code, vaccines)), None)
