"""The kinds of published file that can be imported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

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
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.known_codes import CODE_TABLES
from worker.reference.importing.published import HeldTables, ImportDates, NewEdition, PublishedFile

FileReader: TypeAlias = Callable[[tuple[PublishedFile, ...], ImportDates, HeldTables, BadCells], tuple[NewEdition, ...]]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    Attributes:
        title: Who publishes it as what.
        read: Makes editions of the files. Raises ImportRefusedError for files of another kind; a row with a cell that
            does not read is noted and left out.
        tables: The tables that it changes.
        asks: Further tables that the reader looks at.
    """

    title: str
    read: FileReader
    tables: tuple[str, ...]
    asks: tuple[str, ...] = ()


KINDS: Final[Mapping[str, FileKind]] = MappingProxyType(
    {
        "asp-pricing": FileKind("CMS ASP pricing file", asp_pricing.read, ("asp_limits",)),
        "asp-crosswalk": FileKind(
            "CMS ASP NDC-HCPCS crosswalk", asp_crosswalk.read, ("containers", "products"), CODE_TABLES
        ),
        "hcpcs": FileKind("CMS HCPCS quarterly ANWEB file", hcpcs.read, ("hcpcs", "drugs", "skin_substitutes")),
        "mue": FileKind("CMS NCCI MUE files, practitioner and outpatient hospital", mue.read, ("mue",)),
        "ptp": FileKind("CMS NCCI PTP files, practitioner and outpatient hospital", ptp.read, ("ncci_pairs",)),
        "aoc": FileKind("CMS NCCI add-on code file", aoc.read, ("add_on_codes",)),
        "jw-jz": FileKind("CMS list of JW and JZ policy codes", jw_jz.read, ("waste_duty",), CODE_TABLES),
        "opps": FileKind("CMS OPPS Addendum B", opps.read, ("opps_status",)),
        "icd10cm": FileKind("ICD-10-CM order file", icd10cm.read, ("icd10cm",)),
        "icd10cm-tabular": FileKind("ICD-10-CM tabular list", icd10cm_tabular.read, ("icd10cm_exclusions",)),
        "pos": FileKind("CMS place of service code set", pos.read, ("place_of_service",)),
    }
)
