"""Services through which a drug is given, or in the course of which it may be.

Numbers of HCPCS and CPT codes, in our own words. The list is wide, so that a drug given in a procedure is not taken
for one that nobody gave.
"""

from typing import Final

from worker.edits.codes.ranges import CodeRange

GIVING: Final[tuple[CodeRange, ...]] = (("96365", "96379"), ("96401", "96549"))
"""Injections and infusions of drugs; without hydration (96360, 96361)."""

ADMINISTRATIONS: Final[tuple[CodeRange, ...]] = (
    ("96360", "96549"),  # injections, infusions, chemotherapy, pump refills
    ("90471", "90474"),  # vaccines
    ("00100", "01999"),  # anesthesia
    ("0537T", "0540T"),  # CAR-T cells, until 2024
    ("10004", "69990"),  # procedures in which a drug is given: joints, nerves, eye, bladder, implants
    ("70010", "79999"),  # imaging under a drug
    ("90935", "90999"),  # dialysis
    ("93000", "93799"),  # stress tests and catheterization
    ("95004", "95199"),  # allergy
    ("95990", "95991"),  # pump refills
    ("96567", "96574"),  # photodynamic therapy
    ("99151", "99157"),  # sedation
    ("99601", "99602"),  # home infusion
    ("G0008", "G0010"),  # vaccines
    ("G0068", "G0070"),  # home infusion
    ("G0088", "G0090"),  # home infusion
    ("G0259", "G0260"),  # sacroiliac joint
    ("G0498", "G0498"),  # infusion continued by a portable pump
    ("Q0081", "Q0085"),  # infusion and chemotherapy, facility
)
