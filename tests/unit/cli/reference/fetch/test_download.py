"""Downloads from publishers that are slow, break off, move, change their minds or ask for a license."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.reference.fetch import publisher as served
from tests.unit.cli.reference.fetch.conftest import Fetch
from tests.unit.cli.reference.fetch.publisher import LICENSE_PAGE, Answer, Publisher
from tests.unit.reference import published_files as given
from worker.reference.files.raw_rows import raw_rows

NAME = "january-2027-medicare-part-b-payment-limit-files.zip"


@pytest.fixture
def path(publisher: Publisher, small: Path) -> str:
    """A newer payment limit file on its page; its path."""
    rows = raw_rows((small / "asp_limits" / "2026q4.csv").read_bytes())
    limits = [(row["hcpcs"], row["payment_limit"]) for row in rows]
    found = publisher.zip(NAME, given.asp_pricing(limits, "Effective January 1, 2027 through March 31, 2027"))
    publisher.page(served.ASP, found)
    return found


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the file is kept."""
    return tmp_path / "published" / "asp-pricing" / NAME


def ranges(publisher: Publisher, path: str) -> list[str | None]:
    """The range that each request asked for."""
    return [headers.get("Range") for headers in publisher.asked(path)]


def test_a_download_goes_on_where_it_broke_off(fetch: Fetch, publisher: Publisher, path: str, kept: Path) -> None:
    """Twice in one run."""
    answer = publisher.answers[path]
    answer.breaks = [300, 100]

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert ranges(publisher, path) == [None, "bytes=300-", "bytes=400-"]
    assert {headers.get("If-Range") for headers in publisher.asked(path)[1:]} == {answer.tag}
    assert kept.read_bytes() == answer.body


def test_the_next_run_goes_on_where_the_last_one_ended(
    fetch: Fetch, publisher: Publisher, path: str, kept: Path
) -> None:
    """After four attempts it gives up, and what has come is not lost."""
    answer = publisher.answers[path]
    answer.breaks = [100, 100, 100, 100]

    broken = fetch("asp-pricing")
    whole = fetch("asp-pricing")

    assert broken.exit_code == 1
    assert f"FAILED: {publisher.base}{path}: broke off" in broken.output
    assert "BY HAND: It could not be fetched." in broken.output
    assert whole.exit_code == 3, whole.output
    assert ranges(publisher, path)[-1] == "bytes=400-"
    assert kept.read_bytes() == answer.body


def test_a_publisher_that_gives_out_no_parts_is_asked_for_the_whole(
    fetch: Fetch, publisher: Publisher, path: str, kept: Path
) -> None:
    """The answer to a range is the whole file, which is then taken from its beginning."""
    answer = publisher.answers[path]
    answer.heeds_ranges, answer.breaks = False, [300]

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert ranges(publisher, path) == [None, "bytes=300-"]
    assert kept.read_bytes() == answer.body


def test_a_file_that_changed_while_it_came_is_taken_anew(
    fetch: Fetch, publisher: Publisher, path: str, kept: Path, small: Path
) -> None:
    """Two halves of two files would make none."""
    publisher.answers[path].breaks = [300, 1, 1, 1]
    fetch("asp-pricing")
    rows = raw_rows((small / "asp_limits" / "2026q4.csv").read_bytes())
    limits = [(row["hcpcs"], "7.5") for row in rows]
    publisher.zip(NAME, given.asp_pricing(limits, "Effective January 1, 2027 through March 31, 2027"))

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert kept.read_bytes() == publisher.answers[path].body


def test_a_part_longer_than_the_file_is_thrown_away(fetch: Fetch, publisher: Publisher, path: str, kept: Path) -> None:
    """The publisher refuses the range, and is asked for the whole."""
    answer = publisher.answers[path]
    answer.breaks = [100, 100, 100, 100]
    fetch("asp-pricing")
    partial = kept.with_name(f"{NAME}.part")
    partial.write_bytes(answer.body + b"more")

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert ranges(publisher, path)[-2:] == [f"bytes={len(answer.body) + 4}-", None]
    assert kept.read_bytes() == answer.body


def test_without_a_sign_of_which_file_it_is_nothing_is_resumed(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """Neither an entity tag nor a date: the rest may be that of another file."""
    answer = publisher.answers[path]
    answer.etag, answer.modified, answer.breaks = "", "", [300]

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert ranges(publisher, path) == [None, None]


def test_a_slow_publisher_is_waited_for(fetch: Fetch, publisher: Publisher, path: str, kept: Path) -> None:
    """All of it takes longer than the patience, each piece does not."""
    answer = publisher.answers[path]
    answer.slow = len(answer.body) // 30

    result = fetch("asp-pricing", "--patience", "1")

    assert result.exit_code == 3, result.output
    assert kept.read_bytes() == answer.body


def test_a_publisher_that_falls_silent_is_asked_again(
    fetch: Fetch, publisher: Publisher, path: str, kept: Path
) -> None:
    """For the rest."""
    publisher.answers[path].stalls = [300]

    result = fetch("asp-pricing", "--patience", "2")

    assert result.exit_code == 3, result.output
    assert ranges(publisher, path)[:2] == [None, "bytes=300-"]
    assert kept.read_bytes() == publisher.answers[path].body


def test_one_that_stays_silent_is_given_up(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """With what was waited for."""
    publisher.answers[path].stalls = [0, 0, 0, 0]

    result = fetch("asp-pricing", "--patience", "0.9")

    assert result.exit_code == 1
    assert f"FAILED: {publisher.base}{path}: nothing came for 0.9 seconds" in result.output


def test_a_passing_failure_is_tried_again(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """Busy, then broken, then there."""
    publisher.answers[path].failures = [429, 503]

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert len(publisher.asked(path)) == 3


@pytest.mark.parametrize(("status", "attempts"), [(404, 1), (403, 1), (500, 4)])
def test_a_failure_that_lasts_is_told(
    fetch: Fetch, publisher: Publisher, path: str, status: int, attempts: int
) -> None:
    """What is not there is asked for once; what is broken a few times. A person may fetch it."""
    publisher.answers[path].failures = [status] * 9

    result = fetch("asp-pricing")

    assert result.exit_code == 1
    assert f"FAILED: {publisher.base}{path}: the publisher answered {status}" in result.output
    assert f"    open  {publisher.base}{path}\n" in result.output
    assert len(publisher.asked(path)) == attempts


def test_a_web_page_instead_of_the_zip_is_refused(fetch: Fetch, publisher: Publisher, path: str, kept: Path) -> None:
    """An error page with status 200, as content management systems send it."""
    page = b"<!DOCTYPE html><html><head><title> We are down\n for maintenance </title></head></html>"
    publisher.answers[path] = Answer(page, "text/html")

    result = fetch("asp-pricing")

    assert result.exit_code == 1
    assert "expected a file, found a web page with the title 'We are down for maintenance'" in result.output
    assert not kept.exists()


def test_a_web_page_that_is_called_a_zip_is_refused(fetch: Fetch, publisher: Publisher, path: str, kept: Path) -> None:
    """It is what it begins with."""
    publisher.answers[path] = Answer(b"\n <html><title>Gone</title></html>")

    result = fetch("asp-pricing")

    assert result.exit_code == 1
    assert f"expected {NAME}, found a web page with the title 'Gone'" in result.output
    assert not kept.exists()


def test_a_truncated_zip_is_refused_and_fetched_again(
    fetch: Fetch, publisher: Publisher, path: str, kept: Path
) -> None:
    """The publisher's own file was cut, so that its length is right and it is not a zip."""
    whole = publisher.answers[path].body
    publisher.answers[path].body = whole[:-40]

    cut = fetch("asp-pricing")
    publisher.answers[path].body = whole
    mended = fetch("asp-pricing")

    assert cut.exit_code == 1
    assert f"FAILED: {publisher.base}{path}: expected a whole zip, found one that cannot be read" in cut.output
    assert mended.exit_code == 3, mended.output
    assert kept.read_bytes() == whole


def test_a_zip_with_a_wrong_byte_is_refused(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """Every member is read against its checksum."""
    body = bytearray(publisher.answers[path].body)
    at = body.index(b"PK workbook")
    body[at] ^= 1
    publisher.answers[path].body = bytes(body)

    result = fetch("asp-pricing")

    assert result.exit_code == 1
    assert "expected a whole zip, found the same.xlsx broken in it" in result.output


@pytest.mark.parametrize(
    ("bytes_", "problem"),
    [("[10, 500]", "at most 500 bytes, found more"), ("[9_000, 10_000]", "9,000 to 10,000 bytes")],
)
def test_a_file_of_another_size_is_refused(  # noqa: PLR0917 - fixtures
    fetch: Fetch, publisher: Publisher, path: str, publishers: Path, bytes_: str, problem: str
) -> None:
    """Larger or smaller than such a file is."""
    publishers.write_text(publishers.read_text().replace("[10, 1_000_000]", bytes_), encoding="utf-8")

    result = fetch("asp-pricing")

    assert result.exit_code == 1
    assert problem in result.output


@pytest.mark.parametrize("gate", ["/license/ama?file=", "/apps/ama/license.asp?file="])
def test_a_link_that_asks_for_a_license_is_for_a_person(
    fetch: Fetch, publisher: Publisher, path: str, gate: str
) -> None:
    """Neither the page in between nor the file behind it is asked for, though both would come."""
    publisher.answers[f"{gate}{path}"] = Answer(LICENSE_PAGE, "text/html")
    publisher.page(served.ASP, f"{gate}{path}")

    result = fetch("asp-pricing")

    assert result.exit_code == 3
    assert "The publisher asks you to accept the American Medical Association's license of CPT" in result.output
    assert f"    open  {publisher.base}{gate}{path}\n" in result.output
    assert [asked for _, asked, _ in publisher.requests] == [served.ASP]


def test_a_redirect_to_a_license_is_not_followed_to_the_file(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """A publisher may begin to ask at any time."""
    gate = f"/license/ama?file={path}"
    publisher.answers[path] = Answer(redirect=gate)
    publisher.answers[gate] = Answer(LICENSE_PAGE, "text/html")

    result = fetch("asp-pricing")

    assert result.exit_code == 3
    assert "the American Medical Association's license of CPT" in result.output


def test_a_license_in_place_of_the_file_is_told(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """Under the address of the file."""
    publisher.answers[path] = Answer(LICENSE_PAGE, "text/html")

    result = fetch("asp-pricing")

    assert result.exit_code == 3
    assert "BY HAND: The publisher asks you to accept a license first.\n" in result.output


def test_a_moved_file_is_followed(fetch: Fetch, publisher: Publisher, path: str, kept: Path) -> None:
    """On the publisher's own host."""
    publisher.answers["/new/place.zip"] = publisher.answers[path]
    publisher.answers[path] = Answer(redirect="/new/place.zip")

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert kept.is_file()


def test_a_file_of_another_host_is_refused(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """A page of CMS does not link elsewhere, unless somebody has changed it."""
    elsewhere = publisher.base.replace("127.0.0.1", "localhost")
    publisher.page(served.ASP, f"{elsewhere}{path}")

    linked = fetch("asp-pricing")
    publisher.page(served.ASP, path)
    publisher.answers[path] = Answer(redirect=f"{elsewhere}/file.zip")
    led = fetch("asp-pricing")

    for result in (linked, led):
        assert result.exit_code == 1
        assert "expected an address of 127.0.0.1, whose page" in result.output


def test_a_moved_page_is_followed(fetch: Fetch, publisher: Publisher, path: str) -> None:
    """CMS renames its pages."""
    publisher.answers["/new/page"] = publisher.answers[served.ASP]
    publisher.answers[served.ASP] = Answer(redirect="/new/page")

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert len(publisher.asked(path)) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (None, "the publisher answered 404 Not Found"),
        (Answer(b"<html><body>Nothing here</body></html>", "text/html"), "expected links to files like october-2026-"),
        (Answer(b"%PDF-1.7", "application/pdf"), "expected a web page that lists files, found none"),
        (Answer(redirect=served.ASP), "broke off"),
    ],
)
def test_a_page_that_does_not_help_is_told(
    fetch: Fetch, publisher: Publisher, path: str, answer: Answer | None, problem: str
) -> None:
    """With what a person can do, and where to put the file."""
    publisher.answers.pop(served.ASP)
    if answer:
        publisher.answers[served.ASP] = answer

    result = fetch("asp-pricing", "--as-of", "2027-01-01")

    assert result.exit_code == 1
    assert f"FAILED: {publisher.base}{served.ASP}: {problem}" in result.output
    assert "BY HAND: The page does not help. The edition after 2026q4 was due 2027-01-01.\n" in result.output
    assert f"    open  {publisher.base}{served.ASP}\n" in result.output


def test_without_a_network_every_kind_says_what_to_do(fetch: Fetch, publisher: Publisher) -> None:
    """No publisher can be reached, and none is waited for."""
    publisher.close()

    result = fetch()

    assert result.exit_code == 1
    assert f"FAILED: {publisher.base}{served.MUE}: cannot be reached" in result.output
    assert f"    open  {publisher.base}{served.MUE}\n" in result.output


def test_a_kept_file_that_was_changed_here_is_fetched_again(
    fetch: Fetch, publisher: Publisher, path: str, kept: Path
) -> None:
    """Its checksum says so."""
    fetch("asp-pricing")
    kept.write_bytes(b"not what came")

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert kept.read_bytes() == publisher.answers[path].body
    assert "CHANGED" not in result.output


@pytest.mark.parametrize("etag", [None, ""])
def test_a_publisher_that_heeds_no_conditions_is_believed_by_its_headers(
    fetch: Fetch, publisher: Publisher, path: str, etag: str | None
) -> None:
    """The same tag or date and the same length: the file is not read again."""
    answer = publisher.answers[path]
    answer.heeds_conditions, answer.etag = False, etag
    fetch("asp-pricing")

    result = fetch("asp-pricing")

    assert "unchanged, nothing was downloaded" in result.output


def test_a_publisher_that_says_nothing_of_its_files_is_asked_for_all_of_it(
    fetch: Fetch, publisher: Publisher, path: str
) -> None:
    """Without a tag or a date only the bytes can tell."""
    answer = publisher.answers[path]
    answer.etag, answer.modified = "", ""
    fetch("asp-pricing")

    result = fetch("asp-pricing")

    assert result.exit_code == 3, result.output
    assert "downloaded (sha256 " in result.output
    assert len(publisher.asked(path)) == 2


def test_a_list_of_downloads_that_is_broken_is_told(fetch: Fetch, publisher: Publisher, path: str, kept: Path) -> None:
    """With the remedy."""
    fetch("asp-pricing")
    ledger = kept.parents[1] / "downloads.json"
    ledger.write_text(json.dumps(["not", "it"]))

    result = fetch("asp-pricing")

    assert result.exit_code == 1
    assert f"{ledger}: cannot be read" in result.output
    assert "remove it, and every file is fetched again" in result.output
