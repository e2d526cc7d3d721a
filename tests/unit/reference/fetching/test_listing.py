"""What a publisher's page lists."""

from datetime import date

import pytest

from tests.unit.reference.fetching.test_publications import BY_KIND
from worker.reference.fetching.listing import linked, listed_editions, name_at

PAGE = "https://www.cms.gov/medicare/page"
MUE = "https://www.cms.gov/files/zip/medicare-ncci-2026-q{}-{}-mue-table.zip"
PRACTITIONER, HOSPITAL = "practitioner-services", "facility-outpatient-hospital-services"


@pytest.mark.parametrize(
    ("html", "addresses"),
    [
        ('<a href="/files/a.zip">A</a>', ("https://www.cms.gov/files/a.zip",)),
        ("<A HREF='a.zip'>A</A>", ("https://www.cms.gov/medicare/a.zip",)),
        ('<a href=" /a.zip?x=1&amp;y=2 ">A</a>', ("https://www.cms.gov/a.zip?x=1&y=2",)),
        ('<a href="/b">B</a><a href="/a">A</a><a href="/b">B</a>', ("https://www.cms.gov/b", "https://www.cms.gov/a")),
        ('<base href="/other/"><a href="a.zip">A</a>', ("https://www.cms.gov/other/a.zip",)),
        ('<a href="mailto:a@b.example">A</a><a href="javascript:x()">B</a><a name="c">C</a><a href>D</a>', ()),
        ('<a href="http://[x">A</a><a href="/b"', ()),
        ('<!-- <a href="/a.zip"> --><link href="/b.zip">', ()),
        ("", ()),
    ],
)
def test_the_links_of_a_page_are_read_as_a_browser_reads_them(html: str, addresses: tuple[str, ...]) -> None:
    """In full, each once, in the order of the page; anything else is passed over."""
    assert linked(html, PAGE) == addresses


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.cms.gov/files/zip/a.zip", "a.zip"),
        ("https://www.cms.gov/files/zip/a%20b.zip?agree=yes#x", "a b.zip"),
        ("https://www.cms.gov/license/ama?file=/files/zip/a.zip", "a.zip"),
        ("https://www.cms.gov/license/ama?file=%2Ffiles%2Fzip%2Fa.zip&x=1", "a.zip"),
        ("https://www.cms.gov/updates/april-2026-addendum-b/", "april-2026-addendum-b"),
        ("https://www.cms.gov", ""),
    ],
)
def test_a_file_has_the_name_that_it_is_saved_under(address: str, name: str) -> None:
    """Also behind a page that is in between."""
    assert name_at(address) == name


def test_an_edition_has_all_its_files_or_says_which_it_lacks() -> None:
    """In the order of time, each file once."""
    addresses = (
        MUE.format(4, HOSPITAL),
        MUE.format(4, PRACTITIONER),
        MUE.format(4, PRACTITIONER).replace("medicare-ncci", "Medicare-NCCI"),
        MUE.format(3, HOSPITAL),
        MUE.format(4, "dme-supplier-services"),
    )

    third, fourth = listed_editions(BY_KIND["mue"], addresses)

    assert (third.day, [each.place for each in third.files]) == (date(2026, 7, 1), [1])
    assert third.lacks == ("medicare-ncci-2026-q4-practitioner-services-mue-table.zip",)
    assert (fourth.day, [each.place for each in fourth.files], fourth.lacks) == (date(2026, 10, 1), [1, 0], ())
    assert fourth.files[1].address == MUE.format(4, PRACTITIONER)


def test_a_page_may_list_pages_in_place_of_files() -> None:
    """Addendum B has a page of its own for each quarter, also a corrected one."""
    base = "https://www.cms.gov/quarterly-addenda-updates"
    addresses = (f"{base}/april-2026-addendum-b", f"{base}/april-2026-addendum", f"{base}/january-2026-addendum-b")

    editions = listed_editions(BY_KIND["opps"], addresses)

    assert [(each.day, [file.address for file in each.files], each.lacks) for each in editions] == [
        (date(2026, 1, 1), [addresses[2]], ()),
        (date(2026, 4, 1), [addresses[0]], ()),
    ]
