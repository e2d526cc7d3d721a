"""Whether each edit holds for the claims of facilities (837I), and why.

Where an edit is run is declared by itself, as `kinds`; a test holds the two together, so that a new edit says it here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A drug's code, units, containers and package are the same on both claims.": """
            CHG-02 HCP-01 HCP-02 HCP-03 HCP-04 HCP-06 HCP-08 HCP-09 NDC-01 NDC-02 NDC-03 NDC-04 NDC-05 NDC-06 NDC-07
            UNT-01 UNT-02 UNT-03 UNT-04 UNT-05 UNT-06 UNT-07 UNT-08
            UNT-09 UNT-10""",
        "Medicare's policy on discarded drugs is for hospital outpatients too, by type of bill (100-04, ch. 17).": """
            WST-01 WST-02 WST-03 WST-04 WST-05 WST-06 WST-07 WST-08 WST-09 WST-10 WST-11 WST-12 WST-13 WST-15""",
        "Hospitals bill one initial service for an access, by the same times (100-04, ch. 4, section 230.2).": """
            ADM-03 ADM-04 ADM-05 ADM-06 ADM-07 ADM-09""",
        "CMS publishes pairs and add-on codes for hospital outpatients as well.": "BND-01 BND-02",
        "Hospitals tell a visit apart from a procedure of status S or T by 25 (I-OCE edit 21).": "EM-01 EM-03",
        "Modifiers are one code set, and SV202 carries them as SV101 does.": """
            MOD-01 MOD-02 MOD-03 MOD-04 MOD-05 MOD-06 MOD-07 MOD-08 MOD-09 MOD-11 MOD-12 MOD-15 MOD-16""",
        "ICD-10-CM and its guidelines are for every setting (45 CFR 162.1002).": "DX-01 DX-05 DX-06 DX-07 DX-08 DX-09",
        "What must be shown for a drug follows the drug, not who bills it.": """
            DX-10 DOC-01 DOC-02 DOC-03 DOC-04 DOC-05 DOC-06 DOC-08 DOC-09 DOC-10 HCP-10 NDC-08""",
        "The 837I has the same segment for it as the 837P.": """
            AUT-01 AUT-02 AUT-03 AUT-04 AUT-05 AUT-06 AUT-07 AUT-08 AUT-09 AUT-10
            AUT-11 COB-01 COB-02 DOC-07 DOC-11 FMT-02 FMT-03 FMT-04 FMT-06 FMT-07
            IDN-01 IDN-02 IDN-03 IDN-04 IDN-05 IDN-06 IDN-07 RES-01 RES-03 RES-04""",
        "The attending provider of an 837I takes the place of the ordering one, for which it has no loop.": "IDN-08",
        "Dates mean the same on both; the limit of a bill counts from its last day (100-04, ch. 1, section 70.4).": """
            DAT-01 DAT-02 DAT-03 DAT-04 DAT-05 DAT-06""",
        "A payer denies the second of two lines that are alike, whoever sends them (Pub. 100-04, chapter 1).": """
            DUP-01 DUP-02""",
        "Hospitals give Medicare's preventive vaccines under the same codes (100-04, ch. 18, section 10).": "ADM-08",
        "A national coverage determination binds facilities as well (NCD 200.3; 100-04, ch. 32).": "COV-01",
        "A facility's claim rests on dated tables as any other does.": "BAS-01",
        "What Part B never takes is not paid on a facility's outpatient bill either.": "HCP-12",
    }
)
_DO_NOT_HOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A bill need not show how a drug was given: a stay, a visit or a procedure may have no code.": "ADM-01",
        "A facility bills many drugs by revenue code alone, so that none is missing from its bill.": "ADM-02",
        "A hospital's charges are of its charge master, far above any payment limit.": "CHG-01",
        "An 837I has no pointers: all diagnoses are those of all lines.": "DX-02",
        "FMT-02 asks an 837I for its principal diagnosis.": "DX-03",
        "An 837I takes 25 diagnoses, which its layout limits by itself.": "DX-04",
        "Hospitals bill 99211 as G0463, which is for visits of every level.": "EM-02",
        "A hospital bills visits as G0463, for new and established patients alike.": "EM-05",
        "A hospital's own drugs for its inpatient are on its bill of the stay.": "POS-04",
        "G2211 is the add-on of a practitioner's visit; a hospital bills no add-on to G0463.": "EM-06",
        "C codes are made for hospital outpatient bills.": "HCP-11",
        "A facility's laboratory has its CLIA number in its enrollment; an 837I has no place for it.": "IDN-09",
        "A facility's visit is its own work; the physician's note that is asked for is not in its record.": "EM-04",
        "It is decided on the bytes of a message, before there is a claim of either kind.": "FMT-01",
        "An 837I takes 999 lines.": "FMT-05",
        "The ceiling is that of the system for professional claims; bills have ten digits.": "FMT-08",
        "Coverage codes are those of Part B; what a facility is not paid by code may be in its rate.": "HCP-05",
        "A facility bills what patients usually inject themselves as not covered, under revenue code 0637.": "HCP-07",
        "CG marks visits of rural health clinics, which bill on an 837I.": "MOD-10",
        "Pumps and insulin for them are supplied on professional claims to the DME contractors.": "MOD-13 MOD-14",
        "An 837I has a type of bill, and no place of service.": "POS-01 POS-02 POS-03 POS-05",
        "Medicare takes replacements and voids of facilities' bills (Pub. 100-04, chapter 1, section 130).": "RES-02",
        "Suppliers that dispense without administering bill on professional claims.": "WST-14",
    }
)
_FACILITIES_ONLY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Only an 837I states the days that it covers.": "DAT-07",
        "Only an 837I has revenue codes.": "FMT-09",
        "Only a type of bill has frequency 5, late charges.": "RES-05",
    }
)


def _by_edit(*tables: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({edit: why for table in tables for why, edits in table.items() for edit in edits.split()})


WHY_ON_FACILITY_CLAIMS: Final = _by_edit(_HOLD, _FACILITIES_ONLY)
"""Why an edit holds for an 837I, by its id."""
WHY_NOT_ON_FACILITY_CLAIMS: Final = _by_edit(_DO_NOT_HOLD)
"""Why an edit does not, by its id."""


def why_facilities(edit_id: str) -> str | None:
    """Why an edit holds for the claims of facilities, or why not; None for an edit of a user's own."""
    return WHY_ON_FACILITY_CLAIMS.get(edit_id) or WHY_NOT_ON_FACILITY_CLAIMS.get(edit_id)
