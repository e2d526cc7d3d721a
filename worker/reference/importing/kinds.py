"""The kinds of published file that can be imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from worker.reference.importing import (
    aoc,
    asp_crosswalk,
    asp_pricing,
    hcpcs,
    icd10cm,
    icd10cm_tabular,
    jw_jz,
    mue,
    opps,
    pos,
    ptp,
)
from worker.reference.importing.published import FileReader


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: who publishes it as what, how it is read, and the tables that it changes."""

    title: str
    read: FileReader
    tables: tuple[str, ...]


KINDS: Final[Mapping[str, FileKind]] = MappingProxyType(
    {
        "asp-pricing": FileKind("CMS ASP pricing file", asp_pricing.read, ("asp_limits",)),
        "asp-crosswalk": FileKind("CMS ASP NDC-HCPCS crosswalk", asp_crosswalk.read, ("containers", "products")),
        "hcpcs": FileKind("CMS HCPCS quarterly ANWEB file", hcpcs.read, ("hcpcs", "drugs", "skin_substitutes")),
        "mue": FileKind("CMS NCCI MUE files, practitioner and outpatient hospital", mue.read, ("mue",)),
        "ptp": FileKind("CMS NCCI PTP files, practitioner and outpatient hospital", ptp.read, ("ncci_pairs",)),
        "aoc": FileKind("CMS NCCI add-on code file", aoc.read, ("add_on_codes",)),
        "jw-jz": FileKind("CMS list of JW and JZ policy codes", jw_jz.read, ("waste_duty",)),
        "opps": FileKind("CMS OPPS Addendum B", opps.read, ("opps_status",)),
        "icd10cm": FileKind("ICD-10-CM order file", icd10cm.read, ("icd10cm",)),
        "icd10cm-tabular": FileKind("ICD-10-CM tabular list", icd10cm_tabular.read, ("icd10cm_exclusions",)),
        "pos": FileKind("CMS place of service code set", pos.read, ("place_of_service",)),
    }
)
