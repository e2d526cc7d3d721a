"""Services through which a drug is given, or in the course of which it may be.

Numbers of HCPCS and CPT codes, in our own words. The list is wide, so that a drug given in a procedure is not taken
for one that nobody gave. The codes that begin with a letter are those of HCPCS Level II, October 2025, whose descriptor
names an injection, infusion, instillation, insertion or administration of a drug.
"""

from typing import Final

from worker.edits.codes.ranges import CodeRange

GIVING: Final[tuple[CodeRange, ...]] = (("96365", "96379"), ("96401", "96549"))
"""Injections and infusions of drugs; without hydration (96360, 96361)."""

ADMINISTRATIONS: Final[tuple[CodeRange, ...]] = (
    ("96360", "96549"),  # injections, infusions, chemotherapy, pump refills
    ("90460", "90480"),  # vaccines, with advice and against COVID-19 too
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
    ("94640", "94645"),  # inhaled drugs
    ("C8957", "C8957"),  # long infusion by a pump
    ("C9735", "C9735"),  # injection through an anoscope
    ("C9742", "C9743"),  # vocal cord; bulking material
    ("C9759", "C9759"),  # into the wall of a vessel
    ("C9770", "C9770"),  # under the retina
    ("C9789", "C9789"),  # into the renal pelvis
    ("C9800", "C9800"),  # dermal filler
    ("G0008", "G0010"),  # vaccines
    ("G0012", "G0012"),  # drug that prevents HIV
    ("G0068", "G0070"),  # home infusion
    ("G0088", "G0090"),  # home infusion
    ("G0138", "G0138"),  # infusion of one enzyme with its oral companion
    ("G0259", "G0260"),  # sacroiliac joint
    ("G0429", "G0429"),  # dermal filler
    ("G0455", "G0455"),  # fecal microbiota
    ("G0516", "G0518"),  # implants that release a drug
    ("G0533", "G0533"),  # opioid treatment by the week
    ("G2067", "G2075"),  # opioid treatment by the week
    ("G2082", "G2083"),  # visit in which esketamine is taken
    ("G3001", "G3001"),  # tositumomab
    ("M0201", "M0250"),  # vaccines at home, antibodies against COVID-19
    ("G0498", "G0498"),  # infusion continued by a portable pump
    ("Q0081", "Q0085"),  # infusion and chemotherapy, facility
    ("S2340", "S2341"),  # botulinum toxin into a vocal cord
    ("S9061", "S9061"),  # aerosol at home
    ("S9325", "S9379"),  # home infusion
    ("S9490", "S9504"),  # home infusion of antibiotics and corticosteroids
    ("S9537", "S9563"),  # injections at home
    ("T1502", "T1503"),  # drugs given by an agency
)
