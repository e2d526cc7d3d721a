"""Which editions are fetched, and what a person has put in place of a download."""

from pathlib import Path

import pytest

from tests.unit.cli.reference.fetch import publisher as served
from tests.unit.cli.reference.fetch.conftest import Fetch
from tests.unit.cli.reference.fetch.publisher import Publisher, zipped
from tests.unit.reference import published_files as given
from worker.reference.files.raw_rows import raw_rows
from worker.reference.importing.published import PublishedFile

QUARTERS = {
    "2026q2": ("april-2026-ndc-hcpcs-crosswalk-03-30-2026-final-file.zip", "April 1, 2026 through June 30, 2026"),
    "2026q3": ("july-2026-ndc-hcpcs-crosswalk.zip", "July 1, 2026 through September 30, 2026"),
    "2026q4": ("october-2026-ndc-hcpcs-crosswalk-final.zip", "October 1, 2026 through December 31, 2026"),
}
OPPS_NAME = "october-2026-opps-addendum-b.zip"


def crosswalk(small: Path, quarter: str) -> PublishedFile:
    """The newest crosswalk held, as of another quarter."""
    ndcs = raw_rows((small / "containers" / "2026q1.csv").read_bytes())
    rows = [(f"{row['ndc11'][:5]}-{row['ndc11'][5:9]}-{row['ndc11'][9:]}", row["hcpcs"], "30") for row in ndcs]
    file = given.asp_crosswalk([*rows, ("888867413689", "J7331", "20")], QUARTERS[quarter][1])
    return PublishedFile(f"section 508 version of {quarter} ASP NDC-HCPCS Crosswalk.csv", file.content)


@pytest.fixture
def paths(publisher: Publisher, small: Path) -> dict[str, str]:
    """Three newer crosswalks and one that is held, on the page; their paths by quarter."""
    found = {quarter: publisher.zip(name, crosswalk(small, quarter)) for quarter, (name, _) in QUARTERS.items()}
    publisher.page(served.ASP, *reversed(found.values()), "/files/zip/january-2026-ndc-hcpcs-crosswalk.zip")
    return found


def test_every_edition_that_was_missed_is_fetched(fetch: Fetch, small: Path, paths: dict[str, str]) -> None:
    """In the order of time, whatever the order of the page; what is held already is not."""
    result = fetch("asp-crosswalk", "--yes")

    assert result.exit_code == 0, result.output
    assert "containers@2026q2, products@2026q2, containers@2026q3, products@2026q3, containers@2026q4" in result.output
    assert {path.stem for path in (small / "containers").glob("2026q*.csv")} == {"2026q1", *QUARTERS}


def test_one_quarter_can_be_asked_for(fetch: Fetch, publisher: Publisher, paths: dict[str, str]) -> None:
    """Also a gap between two editions; no other one is asked for."""
    result = fetch("asp-crosswalk", "--quarter", "2026Q3")

    assert result.exit_code == 3, result.output
    assert "With --yes: containers@2026q3, products@2026q3.\n" in result.output
    assert [path for _, path, _ in publisher.requests] == [served.ASP, paths["2026q3"]]


def test_a_quarter_that_is_not_listed_is_told(fetch: Fetch, publisher: Publisher, paths: dict[str, str]) -> None:
    """With those that are."""
    result = fetch("asp-crosswalk", "--quarter", "2027q1")

    assert result.exit_code == 1
    assert f"{publisher.base}{served.ASP}: expected 2027q1, it lists 2026q1, 2026q2, 2026q3, 2026q4" in result.output


def test_of_a_table_with_one_edition_only_the_newest_is_fetched(
    fetch: Fetch, publisher: Publisher, small: Path
) -> None:
    """Its rows carry their own dates, so that the newest says all."""
    names = {month: f"{month}-2026-alpha-numeric-hcpcs-file.zip" for month in ("july", "october")}
    for name in names.values():
        publisher.zip(name, given.hcpcs([]))
    publisher.page(served.HCPCS, *(f"/files/zip/{name}" for name in names.values()))

    fetch("hcpcs")

    assert [path for _, path, _ in publisher.requests] == [served.HCPCS, f"/files/zip/{names['october']}"]


def test_the_day_of_a_mid_year_update_is_that_of_its_name(fetch: Fetch, publisher: Publisher, small: Path) -> None:
    """The file of April 2026 says the fiscal year only, and the edition of October ends before it."""
    codes = [(row["code"], "1") for row in raw_rows((small / "icd10cm" / "fy2026.csv").read_bytes())]
    path = publisher.zip(
        "april-1-2026-code-descriptions-tabular-order.zip", given.icd10cm(codes, "icd10cm_order_2026.txt")
    )
    publisher.page(served.ICD10CM, path, "/files/zip/2027-code-descriptions-tabular-order.zip")

    result = fetch("icd10cm", "--quarter", "2026q2", "--yes")

    assert result.exit_code == 0, result.output
    assert "icd10cm@fy2026-2026-04-01" in result.output
    assert "in_force_to = 2026-03-31" in (small / "icd10cm" / "table.toml").read_text()


def statuses(small: Path) -> PublishedFile:
    """An Addendum B of October 2026 with the codes that are held."""
    rows = raw_rows((small / "opps_status" / "2026q1.csv").read_bytes())
    file = given.opps([(row["hcpcs"], row["status"]) for row in rows], "October 2026")
    return PublishedFile("2026 October Web Addendum B.09.20.26.csv", file.content)


def test_what_needs_a_license_is_put_there_by_hand_and_then_taken(
    fetch: Fetch, publisher: Publisher, small: Path, tmp_path: Path
) -> None:
    """The newest edition that the page lists is named; once its file is there it is imported as any other."""
    publisher.page(served.OPPS, f"{served.OPPS}/january-2026-addendum-b", f"{served.OPPS}/october-2026-addendum-b")
    folder = tmp_path / "published" / "opps"

    told = fetch("opps")
    assert told.exit_code == 3
    assert "BY HAND: The publisher asks you to accept the American Medical Association's license of CPT" in told.output
    assert f"    open  {publisher.base}{served.OPPS}/october-2026-addendum-b\n" in told.output
    assert f"{served.OPPS}/january-2026-addendum-b" not in told.output

    (folder / OPPS_NAME).write_bytes(zipped([statuses(small)]))
    taken = fetch("opps", "--yes")

    assert taken.exit_code == 0, taken.output
    assert f"Imported into {small}: opps_status@2026q4.\n" in taken.output
    assert [path for _, path, _ in publisher.requests] == [served.OPPS] * 2


def test_all_parts_that_the_page_lists_must_be_there(
    fetch: Fetch, publisher: Publisher, small: Path, tmp_path: Path
) -> None:
    """A part that a person forgot would be a tenth of the pairs or less, and go unnoticed."""
    names = [
        f"medicare-ncci-2026q4-{side}-ptp-edits-{short}-v323r0-f{part}.zip"
        for side, short in (("practitioner", "ccipra"), ("hospital", "ccioph"))
        for part in (1, 2)
    ]
    publisher.page(served.PTP, *(f"/license/ama?file=/files/zip/{name}" for name in names))
    folder = tmp_path / "published" / "ptp"
    folder.mkdir(parents=True)
    for name in names[:-1]:
        (folder / name).write_bytes(zipped([given.ptp([], f"{name.rpartition('edits-')[2][:-4]}.txt")]))

    result = fetch("ptp")

    assert result.exit_code == 3
    assert f"2026q4: not complete by hand, {names[-1]} is missing\n" in result.output
    assert f"    open  {publisher.base}/license/ama?file=/files/zip/{names[-1]}\n" in result.output


def test_without_the_page_all_parts_are_asked_for(fetch: Fetch) -> None:
    """The names shown are those of the first parts."""
    result = fetch("ptp", "aoc", "--offline")

    assert "hospital-ptp-edits-ccioph-v323r0-f1.zip, all numbered parts of each, as they are\n" in result.output
    assert "add-code-edits-medicare-effective-07012026.zip, as they are\n" in result.output


def test_a_file_of_another_name_is_passed_over_and_told(fetch: Fetch, tmp_path: Path) -> None:
    """A browser saves a second copy under another name."""
    folder = tmp_path / "published" / "pos"
    folder.mkdir(parents=True)
    (folder / "pos (1).csv").write_bytes(given.pos([("11", "Office", "NF")]).content)

    result = fetch("pos")

    assert f"{folder / 'pos (1).csv'}: passed over, expected a name like place-of-service-2026-10.csv" in result.output


def test_a_list_that_is_saved_by_hand_takes_its_day_from_its_name(fetch: Fetch, small: Path, tmp_path: Path) -> None:
    """The file itself does not say from when it is in force."""
    folder = tmp_path / "published" / "pos"
    folder.mkdir(parents=True)
    rows = raw_rows((small / "place_of_service" / "2024-07.csv").read_bytes())
    codes = [(row["code"], row["name"], "F" if row["facility"] == "true" else "NF") for row in rows]
    (folder / "place-of-service-2026-10.csv").write_bytes(given.pos(codes).content)

    result = fetch("pos", "--yes")

    assert result.exit_code == 0, result.output
    assert f"Imported into {small}: place_of_service@2026-10.\n" in result.output
