"""`claimscrub reference fetch` brings newer editions, and makes nothing live without being told to."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.reference.fetch import publisher as served
from tests.unit.cli.reference.fetch.conftest import Fetch
from tests.unit.cli.reference.fetch.publisher import Publisher, running
from tests.unit.reference import published_files as given
from tests.unit.reference.small_folder import contents
from worker.reference.build.loading import verify
from worker.reference.files.raw_rows import raw_rows
from worker.reference.importing.published import PublishedFile

QUARTER = "Effective January 1, 2027 through March 31, 2027"
PRICING = "january-2027-medicare-part-b-payment-limit-files.zip"


def limits(small: Path, **changed: str) -> list[tuple[str, str]]:
    """Codes and limits of the newest edition held, some of them changed."""
    rows = raw_rows((small / "asp_limits" / "2026q4.csv").read_bytes())
    return list(({row["hcpcs"]: row["payment_limit"] for row in rows} | changed).items())


@pytest.fixture
def pricing(publisher: Publisher, small: Path) -> str:
    """A newer payment limit file with one new code, on its page; its path."""
    path = publisher.zip(PRICING, given.asp_pricing(limits(small, J9999="10"), QUARTER))
    publisher.page(served.ASP, path, "/files/zip/2026-2027-seasonal-vaccine-price-file.zip")
    return path


def test_without_yes_it_shows_what_would_change_and_writes_nothing(fetch: Fetch, small: Path, pricing: str) -> None:
    """The difference to the edition held is shown, and something waits."""
    before = contents(small)

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert "asp_limits@2027q1: 7 rows, 2027-01-01 to 2027-03-31\ncompared with 2026q4:\n" in result.output
    assert "asp_limits: added: 1\n  J9999\n" in result.output
    assert f"Nothing was imported, {small} is as it was. With --yes: asp_limits@2027q1.\n" in result.output
    assert contents(small) == before


def test_with_yes_it_imports_what_it_had_fetched_before(
    fetch: Fetch, small: Path, publisher: Publisher, pricing: str
) -> None:
    """The second run downloads nothing, and the folder verifies."""
    fetch("asp-pricing")

    result = fetch("asp-pricing", "--yes")

    assert result.exit_code == 0, result.output
    assert f"Imported into {small}: asp_limits@2027q1.\n" in result.output
    assert f"`claimscrub reference publish {small}` brings them to running workers.\n" in result.output
    assert "unchanged, nothing was downloaded" in result.output
    assert [headers.get("If-None-Match") for headers in publisher.asked(pricing)] == [
        None,
        publisher.answers[pricing].tag,
    ]
    assert verify(small) == ()
    assert (small / "asp_limits" / "2027q1.csv").is_file()


def test_what_is_held_is_not_imported_again(fetch: Fetch, small: Path, pricing: str) -> None:
    """Once imported there is nothing to do."""
    fetch("asp-pricing", "--yes")
    before = contents(small)

    result = fetch("asp-pricing", "--yes")

    assert result.exit_code == 0, result.output
    assert "nothing is listed that is newer than 2027q1" in result.output
    assert contents(small) == before


def test_a_file_that_changed_at_its_address_is_told_and_imported(
    fetch: Fetch, small: Path, publisher: Publisher, pricing: str
) -> None:
    """CMS corrects a quarter after the fact, under the same name."""
    fetch("asp-pricing", "--yes")
    publisher.zip(PRICING, given.asp_pricing(limits(small, J9999="11"), QUARTER))

    result = fetch("asp-pricing", "--yes")

    assert result.exit_code == 0, result.output
    assert "CHANGED at the same address (sha256 " in result.output
    assert "  J9999  payment_limit: 10 -> 11\n" in result.output


def test_the_checksum_of_what_was_downloaded_is_kept(
    fetch: Fetch, tmp_path: Path, publisher: Publisher, pricing: str
) -> None:
    """With its address, its size and what the publisher says to tell it from another."""
    fetch("asp-pricing")

    (address, kept), *more = json.loads((tmp_path / "published" / "downloads.json").read_text()).items()

    assert more == []
    assert address == f"{publisher.base}{pricing}"
    assert kept["sha256"] in fetch("asp-pricing").output
    assert (kept["bytes"], kept["etag"]) == (len(publisher.answers[pricing].body), publisher.answers[pricing].tag)


def test_two_files_of_one_edition_come_together(fetch: Fetch, small: Path, publisher: Publisher) -> None:
    """MUE of practitioners and of hospitals; that of suppliers is not asked for."""
    rows = raw_rows((small / "mue" / "2026q3.csv").read_bytes())
    sides = {
        setting: [(row["hcpcs"], row["value"]) for row in rows if row["setting"] == setting]
        for setting in ("practitioner", "outpatient_hospital")
    }
    one = publisher.zip("medicare-ncci-2026-q4-practitioner-services-mue-table.zip", given.mue(sides["practitioner"]))
    two = publisher.zip(
        "medicare-ncci-2026-q4-facility-outpatient-hospital-services-mue-table.zip",
        given.mue(sides["outpatient_hospital"], "Outpatient Hospital"),
    )
    publisher.page(served.MUE, "/files/zip/medicare-ncci-2026-q4-dme-supplier-services-mue-table.zip", two, one)

    result = fetch("mue", "--yes")

    assert result.exit_code == 0, result.output
    assert f"Imported into {small}: mue@2026q4.\n" in result.output
    assert not any("dme" in path for _, path, _ in publisher.requests)


def test_an_edition_of_which_a_file_is_not_listed_yet_waits(fetch: Fetch, publisher: Publisher) -> None:
    """Half an edition is none."""
    path = publisher.zip("medicare-ncci-2026-q4-practitioner-services-mue-table.zip", given.mue([("J2357", "90")]))
    publisher.page(served.MUE, path)

    result = fetch("mue")

    assert (
        "2026q4: a file like medicare-ncci-2026-q4-facility-outpatient-hospital-services-mue-table.zip" in result.output
    )
    assert publisher.asked(path) == []


def test_of_a_zip_with_several_tables_the_right_one_is_taken(fetch: Fetch, small: Path, publisher: Publisher) -> None:
    """The crosswalk's zip holds those of AWP, OPPS and PrEP prices in the same form."""
    ndcs = raw_rows((small / "containers" / "2026q1.csv").read_bytes())
    rows = [(f"{row['ndc11'][:5]}-{row['ndc11'][5:9]}-{row['ndc11'][9:]}", row["hcpcs"], "30") for row in ndcs]
    title = "October 1, 2026 through December 31, 2026"
    right = given.asp_crosswalk([*rows, ("888867413689", "J7331", "20")], title)
    others = given.asp_crosswalk([("11111-1111-11", "J0129", "5")], title)
    path = publisher.zip(
        "october-2026-ndc-hcpcs-crosswalk-final.zip",
        PublishedFile("section 508 version of October 2026 ASP NDC-HCPCS Crosswalk 091126.csv", right.content),
        PublishedFile("section 508 version of October 2026 OPPS NDC-HCPCS Crosswalk 090426.csv", others.content),
    )
    publisher.page(served.ASP, path, "/files/zip/2026-2027-ndc-hcpcs-crosswalk-seasonal-vaccines.zip")

    result = fetch("asp-crosswalk", "--yes")

    assert result.exit_code == 0, result.output
    assert "Imported into" in result.output
    assert "11111111111" not in (small / "containers" / "2026q4.csv").read_text()


def test_a_file_with_too_little_in_common_is_refused(fetch: Fetch, small: Path, publisher: Publisher) -> None:
    """It may be another list under the name of this one; --force takes it all the same."""
    path = publisher.zip(PRICING, given.asp_pricing([("J9999", "10"), ("J9998", "11")], QUARTER))
    publisher.page(served.ASP, path)
    before = contents(small)

    refused = fetch("asp-pricing", "--yes")
    forced = fetch("asp-pricing", "--force")

    assert refused.exit_code == 1
    assert "REFUSED: asp_limits: 6 of the 6 rows of 2026q4 are not in 2027q1" in refused.output
    assert contents(small) == before
    assert forced.exit_code == 3, forced.output


def test_a_file_of_another_quarter_than_its_name_is_refused(fetch: Fetch, small: Path, publisher: Publisher) -> None:
    """The publisher has linked the wrong file."""
    path = publisher.zip(
        PRICING, given.asp_pricing(limits(small), "Effective October 1, 2026 through December 31, 2026")
    )
    publisher.page(served.ASP, path)

    result = fetch("asp-pricing")

    assert result.exit_code == 1
    assert "expected an edition of 2027q1 by the name, found one of 2026q4" in result.output


def test_what_is_refused_does_not_hold_up_the_others(
    fetch: Fetch, small: Path, publisher: Publisher, pricing: str
) -> None:
    """All kinds are tried, and what is good is imported."""
    result = fetch("asp-pricing", "mue", "--yes")

    assert result.exit_code == 1
    assert f"FAILED: {publisher.base}{served.MUE}: the publisher answered 404 Not Found" in result.output
    assert f"Imported into {small}: asp_limits@2027q1.\n" in result.output


def test_a_proxy_is_used(fetch: Fetch, publisher: Publisher, pricing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that the environment names; NO_PROXY takes a host out."""
    with running() as proxy:
        monkeypatch.setenv("http_proxy", proxy.base)
        through = fetch("asp-pricing")
        asked = [path for _, path, _ in proxy.requests]
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        fetch("asp-pricing")

        assert through.exit_code == 3, through.output
        assert asked == [f"{publisher.base}{served.ASP}", f"{publisher.base}{pricing}"]
        assert len(proxy.requests) == len(asked)


def test_offline_it_says_what_to_download_and_takes_what_is_there(
    fetch: Fetch, small: Path, publisher: Publisher, pricing: str, tmp_path: Path
) -> None:
    """For each table that is due: the page, the name and the folder; and no request is made."""
    folder = tmp_path / "published" / "asp-pricing"

    told = fetch("--offline", "--as-of", "2027-01-01")
    assert told.exit_code == 3
    assert "BY HAND: Nothing was asked of the publisher. The edition after 2026q4 was due 2027-01-01.\n" in told.output
    assert f"    open  {publisher.base}{served.ASP}\n" in told.output
    assert (
        "    save  files named like october-2026-medicare-part-b-payment-limit-files-final.zip, as they are\n"
        in told.output
    )
    assert f"    into  {folder}\n" in told.output

    (folder / PRICING).write_bytes(publisher.answers[pricing].body)
    taken = fetch("asp-pricing", "--offline", "--yes")

    assert taken.exit_code == 0, taken.output
    assert f"Imported into {small}: asp_limits@2027q1.\n" in taken.output
    assert publisher.requests == []


@pytest.mark.parametrize("as_of", ["2026-12-31", "2027-01-01"])
def test_what_is_not_due_is_not_asked_for(fetch: Fetch, as_of: str) -> None:
    """On both sides of the day on which the next edition is due."""
    result = fetch("asp-pricing", "--offline", "--as-of", as_of)

    assert ("the next edition is due 2027-01-01" in result.output) is (as_of == "2026-12-31")
    assert result.exit_code == (0 if as_of == "2026-12-31" else 3)


def test_a_table_of_addresses_that_is_broken_is_told(fetch: Fetch, publishers: Path) -> None:
    """The file, the place and the reason."""
    publishers.write_text(publishers.read_text().replace('kind = "mue"', 'kind = "mues"'), encoding="utf-8")

    result = fetch("mue")

    assert result.exit_code == 1
    assert f"{publishers}: files.3: kind: expected one of asp-pricing" in result.output


@pytest.mark.parametrize("quarter", ["2026q5", "q4", "2026-10"])
def test_a_quarter_has_one_form(fetch: Fetch, quarter: str) -> None:
    """Anything else is not guessed at."""
    result = fetch("mue", "--quarter", quarter)

    assert result.exit_code == 2
    assert "expected a quarter such as 2026q4" in result.output
