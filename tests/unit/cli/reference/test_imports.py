"""`claimscrub reference import` brings the publishers' files in, or leaves the folder as it was."""

import json
import shutil
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.reference import published_files as given
from tests.unit.reference.small_folder import append, change, contents, list_files
from worker.cli.reference import store as reference_store
from worker.cli.reference.command import reference
from worker.configuration.compiled_tables import load_tables
from worker.reference.build.loading import verify
from worker.reference.files.raw_rows import raw_rows
from worker.reference.importing.published import PublishedFile
from worker.reference.tables.answer import Absent, Carried, Found, NotInForce
from worker.samples import synthetic


def run(*arguments: str | Path) -> Result:
    """The result of one command."""
    return CliRunner().invoke(reference, [str(argument) for argument in arguments])


def saved(folder: Path, *files: PublishedFile) -> list[Path]:
    """The files on disk, as a user has fetched them."""
    for file in files:
        (folder / file.name).write_bytes(file.content)
    return [folder / file.name for file in files]


def zipped(folder: Path, *files: PublishedFile) -> Path:
    """The files in a zip, with the PDF that publishers put beside them."""
    path = folder / "published.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes/read me.pdf", b"%PDF")
        for file in files:
            archive.writestr(f"April/{file.name}", file.content)
    return path


def limits(folder: Path, **changed: str) -> list[tuple[str, str]]:
    """Codes and limits of the newest ASP edition, some of them changed."""
    rows = raw_rows((folder / "asp_limits" / "2026q1.csv").read_bytes())
    return list(({row["hcpcs"]: row["payment_limit"] for row in rows} | changed).items())


def containers(folder: Path) -> list[tuple[str, str, str]]:
    """Products, codes and units of the newest crosswalk edition, as CMS writes them."""
    ndcs = raw_rows((folder / "containers" / "2026q1.csv").read_bytes())
    others = raw_rows((folder / "products" / "2026q1.csv").read_bytes())
    hyphened = [(f"{row['ndc11'][:5]}-{row['ndc11'][5:9]}-{row['ndc11'][9:]}", row) for row in ndcs]
    products = [*hyphened, *((row["product_id"], row) for row in others)]
    return [(product, row["hcpcs"], row["units_per_item"]) for product, row in products]


def test_a_new_quarter_comes_in(small: Path, tmp_path: Path) -> None:
    """The edition, its entry and its checksum are written, the changes are told, and the folder verifies."""
    (file,) = saved(tmp_path, given.asp_pricing(limits(small, J2357="46.1", J9999="10")))

    result = run("import", "asp-pricing", file, "--directory", small)

    assert result.exit_code == 0, result.output
    assert "asp_limits@2026q2: 7 rows, 2026-04-01 to 2026-06-30\ncompared with 2026q1:\n" in result.output
    assert "asp_limits: added: 1\n  J9999\n" in result.output
    assert "  J2357  payment_limit: 45.499 -> 46.1\n" in result.output
    assert verify(small) == ()
    assert run("show", "asp_limits", "J2357", "--on", "2026-04-01", "--directory", small).exit_code == 0


def test_a_zip_is_read_as_it_was_given_out(small: Path, tmp_path: Path) -> None:
    """What is not a table in the zip is skipped."""
    archive = zipped(tmp_path, given.asp_crosswalk(containers(small)))

    result = run("import", "asp-crosswalk", archive, "--directory", small)

    assert result.exit_code == 0, result.output
    assert (small / "containers" / "2026q2.csv").is_file()
    assert (small / "products" / "2026q2.csv").is_file()
    assert verify(small) == ()


def test_the_same_file_twice_changes_nothing(small: Path, tmp_path: Path) -> None:
    """An import can be repeated."""
    (file,) = saved(tmp_path, given.asp_pricing(limits(small)))
    run("import", "asp-pricing", file, "--directory", small)
    before = contents(small)

    result = run("import", "asp-pricing", file, "--directory", small)

    assert "compared with 2026q2:\nNothing changes.\n" in result.output
    assert contents(small) == before


def test_a_dry_run_writes_nothing(small: Path, tmp_path: Path) -> None:
    """The summary can be had before the import."""
    (file,) = saved(tmp_path, given.asp_pricing(limits(small)))
    before = contents(small)

    result = run("import", "asp-pricing", file, "--dry-run", "--directory", small)

    assert result.output.endswith("Nothing was written.\n")
    assert contents(small) == before


def test_every_kind_comes_in(small: Path, tmp_path: Path) -> None:
    """One file of each kind, one after the other, and the tables still make sense together."""
    mue = sorted({(row["hcpcs"], "10") for row in raw_rows((small / "mue" / "2026q3.csv").read_bytes())})
    places = [
        ("11", "Office", "NF"),
        ("22", "Hospital", "F"),
        ("25", "Birthing Center", "NF"),
        ("28", "Unassigned", ""),
    ]
    old = raw_rows((small / "hcpcs" / "2026-07.csv").read_bytes())
    records = [
        given.hcpcs_record(
            row["hcpcs"],
            "Words",
            "Short",
            (row["effective_from"] or "2025-04-01").replace("-", ""),
            row["effective_to"].replace("-", ""),
        )
        for row in old
    ]
    diagnoses = [(code, "1") for code in (small / "icd10cm" / "fy2026.csv").read_text(encoding="utf-8").split()[1:]]
    statuses = [(row["hcpcs"], "K") for row in raw_rows((small / "opps_status" / "2026q1.csv").read_bytes())]
    pair = ("96413", "99213", "20200101", "*", "1")
    kinds: list[tuple[str, Sequence[PublishedFile], Sequence[str]]] = [
        ("asp-pricing", [given.asp_pricing(limits(small))], []),
        ("asp-crosswalk", [given.asp_crosswalk(containers(small))], []),
        ("hcpcs", [given.hcpcs(records)], ["--force"]),
        ("mue", [given.mue(mue), given.mue(mue, "Outpatient Hospital")], []),
        ("ptp", [given.ptp([pair]), given.ptp([pair], "ccioph-v323r0-f1.txt")], ["--force"]),
        ("aoc", [given.aoc([("1", "96415", "", "96413", "", "2013091", "")])], ["--force"]),
        ("jw-jz", [given.jw_jz(["J1300", "J2357", "J2796"])], []),
        ("opps", [given.opps(statuses)], []),
        ("icd10cm", [given.icd10cm(diagnoses)], []),
        ("icd10cm-tabular", [given.icd10cm_tabular([("E10", "type 2 diabetes (E11.-)")])], ["--force"]),
        ("pos", [given.pos(places)], ["--in-force-from", "2026-05-01", "--force"]),
    ]

    for kind, files, options in kinds:
        result = run("import", kind, *saved(tmp_path, *files), *options, "--directory", small)
        assert result.exit_code == 0, result.output

    assert verify(small) == ()
    names = {
        f"{each['edition']}" for each in json.loads(run("editions", "--directory", small, "--format", "json").output)
    }
    assert {
        *("asp_limits@2026q2", "containers@2026q2", "products@2026q2", "hcpcs@2026-04", "drugs@2026-04", "mue@2026q4"),
        *("skin_substitutes@2026-04", "ncci_pairs@2026q4", "waste_duty@2026-06-18", "opps_status@2026q2"),
        *("add_on_codes@2026q4", "icd10cm_exclusions@fy2027", "icd10cm@fy2027", "place_of_service@2026-05"),
    } <= names


@pytest.mark.parametrize(("rows", "is_refused"), [(10, False), (9, True)])
def test_a_tenth_of_the_rows_may_go(small: Path, tmp_path: Path, rows: int, *, is_refused: bool) -> None:
    """One of ten rows gone is let through; one of nine is more than a tenth."""
    held = [(f"J{number:04}", "1") for number in range(rows)]
    (file,) = saved(tmp_path, given.asp_pricing(held, "Effective January 1, 2027 through March 31, 2027"))
    run("import", "asp-pricing", file, "--force", "--directory", small)
    (shorter,) = saved(tmp_path, given.asp_pricing(held[1:], "Effective April 1, 2027 through June 30, 2027"))

    result = run("import", "asp-pricing", shorter, "--directory", small)

    assert (result.exit_code == 1) == is_refused
    assert (f"asp_limits: 1 of the {rows} rows of 2027q1 are not in 2027q2" in result.output) == is_refused


def test_force_lets_more_go(small: Path, tmp_path: Path) -> None:
    """The publisher may really have dropped them."""
    (file,) = saved(tmp_path, given.asp_pricing([("J2357", "1")]))

    assert run("import", "asp-pricing", file, "--directory", small).exit_code == 1
    assert run("import", "asp-pricing", file, "--force", "--directory", small).exit_code == 0


@pytest.mark.parametrize(
    ("kind", "file", "expected"),
    [
        ("mue", given.asp_pricing([("J2357", "1")]), "mue, outpatient_hospital file: expected a .csv or .txt file"),
        (
            "asp-pricing",
            given.asp_pricing([("J2357", "dear")]),
            "column Payment Limit: expected a number, found 'dear'",
        ),
        ("asp-pricing", PublishedFile("empty.csv", b""), "asp-pricing: expected a .csv or .txt file"),
        ("asp-crosswalk", given.asp_crosswalk([("X1", "J2357", "1")]), "--force"),
        ("asp-crosswalk", given.asp_crosswalk([("X1", "J0000", "1")]), "--allow 1"),
    ],
)
def test_a_refused_import_leaves_the_folder_as_it_was(
    small: Path, tmp_path: Path, kind: str, file: PublishedFile, expected: str
) -> None:
    """Not a byte changes, and nothing is left beside the folder."""
    before = contents(small)
    paths = saved(tmp_path, file)
    beside = sorted(path.name for path in small.parent.iterdir())

    result = run("import", kind, *paths, "--directory", small)

    assert result.exit_code == 1
    assert "as it was" in result.output
    assert expected in result.output
    assert contents(small) == before
    assert sorted(path.name for path in small.parent.iterdir()) == beside


def test_an_import_that_would_make_no_sense_is_refused(small: Path, tmp_path: Path) -> None:
    """A list of codes without one of which another table speaks."""
    append(small, "sad_exclusions/2026-06.csv", ["Some contractor,A4216,Water,A12345,self-administered,2026-01-01"])
    (file,) = saved(tmp_path, given.hcpcs([given.hcpcs_record("J2357", "Words", "Short")], "HCPC2026_OCT_ANWEB.txt"))

    result = run("import", "hcpcs", file, "--force", "--directory", small)

    assert result.exit_code == 1
    assert "would not make sense together" in result.output
    assert "expected a code of drugs, skin_substitutes or hcpcs, found A4216" in result.output


def test_bad_cells_are_all_named(small: Path, tmp_path: Path) -> None:
    """Not the first one alone; and how many rows are to be left out."""
    rows = [*containers(small), ("99999-9999-99", "J0000", "1"), ("99999-9999-98", "J2357", "21.3125?")]
    (file,) = saved(tmp_path, given.asp_crosswalk(rows))
    first = len(rows) + 4

    result = run("import", "asp-crosswalk", file, "--allow", "1", "--directory", small)

    assert result.exit_code == 1
    assert "2 cells do not read:\n" in result.output
    assert f"{file.name}: row {first}, column CODE: expected a code of drugs" in result.output
    assert f"{file.name}: row {first + 1}, column BILLUNITS: expected a number, found '21.3125?'" in result.output
    assert "repeat with --allow 2" in result.output


def test_rows_with_a_bad_cell_can_be_left_out(small: Path, tmp_path: Path) -> None:
    """As many as the user allows; the others come in, and each that does not is named."""
    rows = [*containers(small), ("99999-9999-98", "J2357", "21.3125?")]
    (file,) = saved(tmp_path, given.asp_crosswalk(rows))

    result = run("import", "asp-crosswalk", file, "--allow", "1", "--directory", small)

    assert result.exit_code == 0, result.output
    assert "left out for a cell that does not read: 1\n" in result.output
    assert "column BILLUNITS: expected a number, found '21.3125?'" in result.output
    imported = raw_rows((small / "containers" / "2026q2.csv").read_bytes())
    assert {row["ndc11"] for row in imported} == {
        row["ndc11"] for row in raw_rows((small / "containers" / "2026q1.csv").read_bytes())
    }
    assert verify(small) == ()


def test_an_older_edition_is_compared_with_its_neighbor(small: Path, tmp_path: Path) -> None:
    """It goes between two editions, and what came after it is not gone."""
    (file,) = saved(tmp_path, given.asp_pricing(limits(small), "Effective April 1, 2026 through June 30, 2026"))
    run("import", "asp-pricing", file, "--directory", small)

    older = given.asp_pricing([("J2357", "1")], "Effective October 1, 2023 through December 31, 2023")
    result = run("import", "asp-pricing", *saved(tmp_path, older), "--directory", small)

    assert result.exit_code == 0, result.output
    assert "compared with 2024q1:\nasp_limits: added:" in result.output
    assert "gone" not in result.output


PAIRS = [
    ("10000", "96413", "20200101", "*", "1"),
    ("96413", "99213", "20200101", "*", "1"),
    ("96413", "99214", "19960101", "20091231", "0"),
]


def with_pairs(folder: Path, published: Path, rows: Sequence[tuple[str, ...]]) -> Result:
    """Import code pairs, the same of both settings."""
    files = saved(published, given.ptp(rows), given.ptp(rows, "ccioph-v323r0-f1.txt"))
    return run("import", "ptp", *files, "--force", "--directory", folder)


def test_a_quarter_of_pairs_is_packed(small: Path, tmp_path: Path) -> None:
    """It takes the place of the listed part, and answers on both sides of each day, compiled or not."""
    result = with_pairs(small, tmp_path, PAIRS)

    assert result.exit_code == 0, result.output
    assert "ncci_pairs@2026q4: 6 rows, 2026-10-01 to 2026-12-31" in result.output
    assert [path.name for path in (small / "ncci_pairs").glob("2*")] == ["2026q4.pairs"]
    assert verify(small) == ()
    read, compiled = (load_tables(small, tmp_path / "cache") for _ in range(2))
    assert (read[1], compiled[1]) == ("read", "compiled")
    for tables, _ in (read, compiled):
        answers = {
            day: type(tables.ncci_pair("96413", "99214", "practitioner", day))
            for day in (date(1995, 12, 31), date(1996, 1, 1), date(2009, 12, 31), date(2010, 1, 1))
        }
        assert list(answers.values()) == [NotInForce, Found, Found, NotInForce]
        assert isinstance(tables.ncci_pair("10000", "96413", "outpatient_hospital", date(2027, 1, 1)), Carried)
        assert isinstance(tables.ncci_pair("96413", "10000", "practitioner", date(2026, 10, 1)), Absent)
        assert tables.is_ncci_second("99213", "practitioner")
        assert not tables.is_ncci_second("10000", "practitioner")


def test_two_quarters_of_pairs_are_compared_pair_by_pair(small: Path, tmp_path: Path) -> None:
    """A pair that ended has ended: it is not gone."""
    with_pairs(small, tmp_path, PAIRS)

    result = with_pairs(
        small, tmp_path, [("10000", "96413", "20200101", "20260930", "0"), *PAIRS[2:], PAIRS[0][1::-1] + PAIRS[0][2:]]
    )

    assert result.exit_code == 0, result.output
    assert (
        "ncci_pairs: ended: 2\n  outpatient_hospital+10000+96413  effective_to: nothing -> 2026-09-30" in result.output
    )
    assert "ncci_pairs: changed: 2\n  outpatient_hospital+10000+96413  modifier_indicator: 1 -> 0" in result.output
    assert "ncci_pairs: gone: 2\n  outpatient_hospital+96413+99213\n" in result.output
    assert "ncci_pairs: added: 2\n  outpatient_hospital+96413+10000\n" in result.output


def test_a_damaged_file_of_pairs_is_named(small: Path, tmp_path: Path) -> None:
    """By the folder's own check, where CHECKSUMS agree with it."""
    with_pairs(small, tmp_path, PAIRS)
    path = small / "ncci_pairs" / "2026q4.pairs"
    path.write_bytes(path.read_bytes()[:-1])
    list_files(small)

    assert verify(small) == ("ncci_pairs/2026q4.pairs: expected 6 pairs below the first line, found 69 bytes",)


def test_an_older_list_does_not_replace_a_newer_one(small: Path, tmp_path: Path) -> None:
    """Its rows hold the past too, so that the older one would forget what came after it."""
    (file,) = saved(tmp_path, given.hcpcs([given.hcpcs_record("J2357", "Words", "Short")], "HCPC2024_JAN_ANWEB.txt"))
    before = contents(small)

    result = run("import", "hcpcs", file, "--directory", small)

    assert result.exit_code == 1
    assert "hcpcs: 2024-01 is of 2024-01-01, older than 2026-07 of" in result.output
    assert contents(small) == before


def test_a_zip_without_a_table_is_refused(small: Path, tmp_path: Path) -> None:
    """A zip that holds only a PDF."""
    result = run("import", "opps", zipped(tmp_path), "--directory", small)

    assert "expected a zip with .csv, .txt or .xml files, found none in it but notes/read me.pdf" in result.output


@pytest.mark.parametrize("name", ["April 2026 ASP Pricing File.xlsx", "MUE.XLS", "published.zip"])
def test_a_workbook_is_refused_with_where_the_text_is(small: Path, tmp_path: Path, name: str) -> None:
    """Whether it is given itself, which is a zip too, or in a zip without any text file."""
    path = zipped(tmp_path, PublishedFile("April 2026 ASP Pricing File.xlsx", b"PK")).rename(tmp_path / name)

    result = run("import", "asp-pricing", path, "--directory", small)

    assert result.exit_code == 1
    assert name in result.output
    assert "workbooks are not read: give the .csv or .txt file that the publisher gives out with it" in result.output


def test_beside_a_workbook_the_text_is_taken(small: Path, tmp_path: Path) -> None:
    """Publishers put both into one zip."""
    path = zipped(tmp_path, PublishedFile("pricing.xlsx", b"PK"), given.asp_pricing(limits(small)))

    result = run("import", "asp-pricing", path, "--directory", small)

    assert result.exit_code == 0, result.output
    assert "asp_limits@" in result.output


def test_a_truncated_zip_is_refused(small: Path, tmp_path: Path) -> None:
    """Half a download is not a zip and not a table."""
    archive = zipped(tmp_path, given.asp_pricing(limits(small)))
    archive.write_bytes(archive.read_bytes()[:-40])

    result = run("import", "asp-pricing", archive, "--directory", small)

    assert result.exit_code == 1
    assert "found none in published.zip" in result.output


def test_a_damaged_member_of_a_zip_is_refused(small: Path, tmp_path: Path) -> None:
    """A flipped byte shows in the checksum of the member."""
    archive = zipped(tmp_path, given.asp_pricing(limits(small)))
    content = bytearray(archive.read_bytes())
    content[content.index(b"ASP Pricing File.csv") + 60] ^= 0xFF
    archive.write_bytes(content)

    result = run("import", "asp-pricing", archive, "--directory", small)

    assert "cannot be unpacked" in result.output


def test_a_zip_that_unpacks_without_end_is_refused(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small zip may unpack to more than memory holds."""
    monkeypatch.setattr(reference_store, "MOST_UNPACKED_BYTES", 10)

    result = run("import", "asp-pricing", zipped(tmp_path, given.asp_pricing(limits(small))), "--directory", small)

    assert "unpacks to more than 10 bytes" in result.output


def test_a_failure_while_writing_leaves_the_folder_as_it_was(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the new folder is to take its place."""
    (file,) = saved(tmp_path, given.asp_pricing(limits(small)))
    before = contents(small)
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if "-new-" in path.name:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)

    result = run("import", "asp-pricing", file, "--directory", small)

    assert result.exit_code == 1
    assert "No space left on device" in result.output
    assert contents(small) == before


def test_prose_beside_the_tables_stays(small: Path, tmp_path: Path) -> None:
    """READMEs are not data and come along."""
    (small / "README.md").write_text("prose", encoding="utf-8")
    (file,) = saved(tmp_path, given.asp_pricing(limits(small)))

    run("import", "asp-pricing", file, "--directory", small)

    assert (small / "README.md").read_text(encoding="utf-8") == "prose"


def test_claims_whose_verdict_changes_are_listed(small: Path, tmp_path: Path) -> None:
    """150 mg are 30 units of 5 mg; under a unit of 10 mg they would be 15."""
    other = Path(shutil.copytree(small, tmp_path / "other"))
    change(other, "drugs/2026-10.csv", "Omalizumab injection,5,mg", "Omalizumab injection,10,mg")
    lines = [synthetic.line("J2357", units=30, modifiers=["JZ"]), synthetic.line("96372")]
    record = [synthetic.element("dose-administered", "150", "mg", 1)]
    fits = synthetic.claim(lines, record=record)
    without_drug = synthetic.claim([synthetic.line("96372")])
    recorded = tmp_path / "claims.jsonl"
    recorded.write_text(
        "\n".join(json.dumps(claim) for claim in (without_drug, fits)) + "\nno claim\n", encoding="utf-8"
    )

    as_text = run("diff", small, other, "--claims", recorded, "--as-of", synthetic.RECEIVED_ON)
    as_json = run("diff", small, other, "--claims", recorded, "--as-of", synthetic.RECEIVED_ON, "--format", "json")

    assert "claims whose verdict changes: 1\n  line 2: " in as_text.output
    assert "+ UNT-02 reject on service line 1" in as_text.output
    (changed,) = json.loads(as_json.output)["claims"]
    assert changed["line"] == 2
    assert "UNT-02 reject on service line 1" in changed["findings_added"]


def test_an_edition_answers_alone_for_claims(small: Path, tmp_path: Path) -> None:
    """Two editions of one table are held to the same claims, whatever their dates of service."""
    recorded = tmp_path / "claims.jsonl"
    recorded.write_text(json.dumps(synthetic.claim([synthetic.line("J2357", units=30)])) + "\n", encoding="utf-8")

    result = run("diff", "asp_limits@2025q4", "asp_limits@2026q1", "--claims", recorded, "--directory", small)

    assert result.exit_code == 0, result.output
    assert "claims whose verdict changes: " in result.output


def test_an_older_edition_is_compared_with_the_one_after_it_in_the_order_of_time(small: Path, tmp_path: Path) -> None:
    """What came later is added then and not gone, and fewer codes do not show that the file was cut short."""
    older = given.asp_pricing([("J2357", "1"), ("J0001", "2")], "Effective October 1, 2023 through December 31, 2023")
    (file,) = saved(tmp_path, older)

    result = run("import", "asp-pricing", file, "--directory", small)

    assert result.exit_code == 0, result.output
    assert "asp_limits@2023q4: 2 rows, 2023-10-01 to 2023-12-31\ncompared with 2024q1:\n" in result.output
    assert "asp_limits: gone: 1\n  J0001\n" in result.output
    assert "  J2357  payment_limit: 1 -> " in result.output
