"""A reference folder that is small and makes sense: the shipped tables, cut to the rows of a few codes."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

SHIPPED = Path(__file__).parents[3] / "config" / "reference"
# Codes of each kind, and what their rows point to.
KEPT = {
    *("J0129", "J1299", "J1300", "J2357", "J2796", "J2802", "Q4101", "Q4111", "A4216", "96413", "99213", "90371"),
    *("JW", "JZ", "JG", "TB", "25", "59", "XE", "XP", "XS", "XU", "11", "22", "28"),
    *("207RH0003X", "carc", "GG100", "888867413689", "J7331", "00003029305", "M1711"),
}
WITH_COVERAGE = "J1569"
DIAGNOSES = tuple("A00 D59 D69 D89 G35 G36 G70 J33 J45 L40 L50 M05 M06 M08 M17 T78 Z91".split())  # noqa: SIM905


def write_small_folder(folder: Path) -> None:
    """Write the small tables into an empty folder."""
    for manifest in SHIPPED.glob("*/table.toml"):
        table = folder / manifest.parent.name
        table.mkdir(parents=True)
        (table / manifest.name).write_bytes(manifest.read_bytes())
        for edition in manifest.parent.glob("*.csv"):
            head, *rows = edition.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [row for row in rows if _is_kept(table.name, row.rstrip("\n").split(","))]
            (table / edition.name).write_text(head + "".join(kept), encoding="utf-8", newline="")
    list_files(folder)


def _is_kept(table: str, cells: list[str]) -> bool:
    match table:
        case "icd10cm":
            return cells[0].startswith(DIAGNOSES)
        case "icd10cm_exclusions":
            return cells[0].startswith(DIAGNOSES)
        case "ncci_pairs":
            return {cells[1], cells[2]} <= KEPT
        case "modifier_exclusions":
            return set(cells[0].split("|")) <= KEPT
        case "hcpcs":
            return cells[0] == WITH_COVERAGE or cells[0] in KEPT
        case "lcd_diagnoses":
            return cells[0] == WITH_COVERAGE
        case "containers":
            return cells[1] in KEPT
        case _:
            return not KEPT.isdisjoint(cells[:2])


def list_files(folder: Path) -> None:
    """Write CHECKSUMS for what the folder holds."""
    files = sorted(path for path in folder.glob("*/*") if path.is_file() and path.name != "README.md")
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "CHECKSUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def change(folder: Path, path: str, old: str, new: str) -> None:
    """Replace a text in one file and list the files anew."""
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text, f"{path} does not hold {old!r}"
    (folder / path).write_text(text.replace(old, new), encoding="utf-8", newline="")
    list_files(folder)


def append(folder: Path, path: str, rows: Iterable[str]) -> None:
    """Add rows to one file and list the files anew."""
    with (folder / path).open("a", encoding="utf-8", newline="") as file:
        file.writelines(f"{row}\n" for row in rows)
    list_files(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by its relative path: what must not change when something is refused."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
