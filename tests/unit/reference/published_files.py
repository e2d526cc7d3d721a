"""Small files in the layouts of their publishers, with synthetic rows."""

from collections.abc import Iterable, Sequence

from worker.reference.importing.published import PublishedFile

Cells = Sequence[str]


def sheet(rows: Iterable[Cells], *, width: int = 0, delimiter: str = ",", encoding: str = "cp1252") -> bytes:
    """Rows as a spreadsheet saves them: quoted where needed, CR LF, filled up with empty cells."""

    def quoted(cell: str) -> str:
        needs_quotes = any(mark in cell for mark in (delimiter, '"', "\n"))
        return '"' + cell.replace('"', '""') + '"' if needs_quotes else cell

    filled = ([*row, *[""] * (width - len(row))] for row in rows)
    return "".join(delimiter.join(map(quoted, row)) + "\r\n" for row in filled).encode(encoding)


ASP_HEADER = (
    "HCPCS Code",
    "Short Description",
    "HCPCS Code Dosage",
    "Payment Limit",
    "Co-insurance Percentage",
    "Notes",
)


def asp_pricing(
    rows: Iterable[tuple[str, str]], effective: str = "Effective April 1, 2026 through June 30, 2026"
) -> PublishedFile:
    """An ASP pricing file of code and limit."""
    body = [(code, "Text", "1 MG", limit, "20.000", "") for code, limit in rows]
    content = sheet(
        [("Payment Allowance Limits for Medicare Part B Drugs",), (), (effective,), (), ASP_HEADER, *body], width=6
    )
    return PublishedFile("April 2026 ASP Pricing File.csv", content)


CROSSWALK_HEADER = (
    *("_2026_CODE", "Short Description", "LABELER NAME", "NDC2", "Drug Name", "HCPCS dosage"),
    *("PKG SIZE", "PKG QTY", "BILLUNITS", "BILLUNITSPKG", ""),
)


def asp_crosswalk(
    rows: Iterable[tuple[str, str, str]], title: str = "April 1, 2026 through June 30, 2026"
) -> PublishedFile:
    """An ASP crosswalk of product, code and units of an item."""
    body = [
        (
            code,
            "Text",
            "Maker,\N{NO-BREAK SPACE}Inc. ",
            product,
            "Drug\N{TRADE MARK SIGN} ",
            "1 MG",
            "0.50",
            "1",
            units,
            units,
            "",
        )
        for product, code, units in rows
    ]
    top = [("ASP NDC - HCPCS Crosswalk",), (f"     Effective {title}",), ("A note, with a comma",), ()]
    return PublishedFile("April 2026 crosswalk.csv", sheet([*top, CROSSWALK_HEADER, *body], width=11))


def hcpcs_record(  # noqa: PLR0917 - one field of the record layout each
    code: str, long: str, short: str, added: str = "20260401", ended: str = "", kind: str = "3", coverage: str = "C"
) -> str:
    """One record of the ANWEB file, 320 characters."""
    line = f"{code:<5}00100{kind}{long:<80.80}{short:<28.28}".ljust(229) + coverage
    return (line.ljust(268) + f"{added:<8}20260401{ended:<8}N").ljust(320)


def hcpcs(records: Iterable[str], name: str = "HCPC2026_APR_ANWEB.txt") -> PublishedFile:
    """An ANWEB file."""
    return PublishedFile(name, "".join(f"{record}\r\n" for record in records).encode())


def mue(rows: Iterable[tuple[str, str]], setting: str = "Practitioner", effective: str = "10-01-2026") -> PublishedFile:
    """An MUE file of code and value."""
    values = f"{setting} Services MUE Values"
    header = ("HCPCS/\nCPT Code", values, "MUE Adjudication Indicator", "MUE Rationale")
    body = [(code, value, "3 Date of Service Edit: Clinical", "Clinical: Data") for code, value in rows]
    name = f"MCR_MUE_{setting.replace(' ', '')}Services_Eff_{effective}.csv"
    return PublishedFile(name, sheet([("CPT codes, descriptions and other data only are copyright",), header, *body]))


PTP_HEADER = (
    ("Column1/Column2 Edits", "", "", "", "", "", ""),
    ("Column 1", "Column 2", "* = in existence", "Effective", "Deletion", "Modifier", "PTP Edit Rationale"),
    ("", "", "prior to 1996", "Date", "Date", "0=not allowed", ""),
)


def ptp(rows: Iterable[Cells], name: str = "ccipra-v323r0-f1.txt") -> PublishedFile:
    """A PTP file of column 1, column 2, effective date, deletion date and modifier indicator."""
    body = [(one, two, "", first, last, modifier, "Misuse of codes") for one, two, first, last, modifier in rows]
    return PublishedFile(name, sheet([*PTP_HEADER, *body], delimiter="\t"))


AOC_HEADER = (
    *("AOC_Edit_Type", "Add-On_Code", "AOC_DelDT", "Primary_Code", "Primary_Code_DelDT", "AOC_Edit_EffDT"),
    *("AOC_Edit_DelDT", "Special_Instruction_Notes"),
)


def aoc(rows: Iterable[Cells], name: str = "AOC_V2026Q4-MCR.txt") -> PublishedFile:
    """An add-on code file of type, add-on code, its end, primary code, its end, first and last day of the pairing."""
    notice = ("Codes only are copyright", *[""] * 7)
    return PublishedFile(name, sheet([notice, AOC_HEADER, *((*row, "") for row in rows)], delimiter="\t"))


def jw_jz(codes: Iterable[str], name: str = "jw-jz-codes-2026-06-18.csv") -> PublishedFile:
    """The JW and JZ list."""
    return PublishedFile(name, sheet([("HCPCS Code", "Short Descriptor"), *((code, "Text") for code in codes)]))


def opps(rows: Iterable[tuple[str, str]], month: str = "April 2026") -> PublishedFile:
    """An Addendum B of code and status indicator."""
    header = ("HCPCS Code", "Short Descriptor", "SI", "APC", "Relative Weight", "Payment Rate")
    top = [("Addendum B.-OPPS Payment by HCPCS Code", *[""] * 5), (month, *[""] * 5)]
    body = [(code, "Text", status, "", "", "") for code, status in rows]
    return PublishedFile("Web_Addendum_B.csv", sheet([*top, header, *body]))


def icd10cm(rows: Iterable[tuple[str, str]], name: str = "icd10cm_order_2027.txt", first: int = 1) -> PublishedFile:
    """An order file of code and mark."""
    lines = (
        f"{number:05} {code:<7} {mark} {'Short text':<60} Long text\r\n"
        for number, (code, mark) in enumerate(rows, first)
    )
    return PublishedFile(name, "".join(lines).encode())


def icd10cm_tabular(notes: Iterable[tuple[str, str]], name: str = "icd10cm-tabular-2027.xml") -> PublishedFile:
    """A tabular list of the block E08-E13, with an Excludes1 note for each code; "E08-E13" is the block itself."""
    marked = [(place, f"<excludes1><note>{note}</note></excludes1>") for place, note in notes]
    of_block = "".join(note for place, note in marked if place == "E08-E13")
    codes = "".join(f"<diag><name>{place}</name>{note}</diag>" for place, note in marked if place != "E08-E13")
    section = f'<section id="E08-E13">{of_block}{codes}</section>'
    text = f"<ICD10CM.tabular><version>2027</version><chapter>{section}</chapter></ICD10CM.tabular>"
    return PublishedFile(name, text.encode())


def pos(rows: Iterable[tuple[str, str, str]]) -> PublishedFile:
    """A place of service list of code, name and rate."""
    header = ("Place of Service Code(s)", "Place of Service Name", "Payment Rate")
    return PublishedFile("pos.csv", sheet([header, *rows], encoding="utf-8"))
