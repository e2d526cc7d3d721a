"""The addresses of the publishers' pages: what is shipped, and what a line may say."""

import re
import tomllib
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from worker.bootstrap import default_config_directory
from worker.reference.fetching.publications import Publication, PublisherTable, day_of
from worker.reference.importing.kinds import KINDS

SHIPPED = PublisherTable.model_validate(
    tomllib.loads((default_config_directory() / "publishers.toml").read_text(encoding="utf-8"))
)
BY_KIND = {each.kind: each for each in SHIPPED.files}
GOOD: dict[str, Any] = {  # one line of the file
    "kind": "mue",
    "page": "https://publisher.example/files",
    "names": [r"mue-(?P<year>20\d\d)-q(?P<quarter>[1-4])\.zip"],
    "named_like": ["mue-2026-q4.zip"],
    "bytes": [10, 20],
    "source": "here",
}


def test_every_kind_that_can_be_imported_has_its_page_and_its_source() -> None:
    """A kind without an address is one that nobody can keep current."""
    assert sorted(BY_KIND) == sorted(KINDS)
    assert all(len(each.source) > 20 for each in SHIPPED.files)
    assert all(len(each.source) > 20 for each in SHIPPED.license_pages)


def test_every_page_is_encrypted_and_of_a_publisher() -> None:
    """All that is fetched comes from the publisher's own host."""
    assert {re.match(r"https://[^/]+/", each.page)[0] for each in SHIPPED.files} == {"https://www.cms.gov/"}  # type: ignore[index]  # each matches


@pytest.mark.parametrize(
    ("kind", "name", "day"),
    [
        ("asp-pricing", "october-2026-medicare-part-b-payment-limit-files-final.zip", date(2026, 10, 1)),
        ("asp-pricing", "april-2026-medicare-part-b-payment-limit-files-03-30-2026-final-file.zip", date(2026, 4, 1)),
        ("asp-pricing", "October-2025-ASP-pricing-final-file.zip", date(2025, 10, 1)),
        ("asp-pricing", "october-2025-noc-pricing-final-file.zip", None),
        ("asp-pricing", "2026-2027-seasonal-vaccine-price-file.zip", None),
        ("asp-crosswalk", "july-2026-ndc-hcpcs-crosswalk.zip", date(2026, 7, 1)),
        ("asp-crosswalk", "april-2025-asp-ndc-hcpcs-crosswalk.zip", date(2025, 4, 1)),
        ("asp-crosswalk", "2026-2027-ndc-hcpcs-crosswalk-seasonal-vaccines.zip", None),
        ("hcpcs", "april-2024-alpha-numeric-hcpcs-files.zip", date(2024, 4, 1)),
        ("mue", "medicare-ncci-2026-q4-practitioner-services-mue-table.zip", date(2026, 10, 1)),
        ("mue", "medicare-ncci-2026-q4-dme-supplier-services-mue-table.zip", None),
        ("ptp", "medicare-ncci-2026q4-practitioner-ptp-edits-ccipra-v323r0-f4.zip", date(2026, 10, 1)),
        ("ptp", "medicare-ncci-2026-q4-hospital-ptp-edits-ccioph-v323r0-f1.zip", date(2026, 10, 1)),
        ("ptp", "medicare-ncci-2026q3-hospital-quarterly-additions-deletions-revisions-ptp.zip", None),
        ("aoc", "add-code-edits-medicare-effective-06012026.zip", date(2026, 6, 1)),
        ("aoc", "add-code-edits-medicare-effective-13012026.zip", None),
        ("opps", "cy-2026-april-opps-addendum-b.zip", date(2026, 4, 1)),
        ("opps", "july-2026-opps-addendum-b.zip", date(2026, 7, 1)),
        ("opps", "cy-2026-april-opps-addendum.zip", None),
        ("icd10cm", "2027-code-descriptions-tabular-order.zip", date(2026, 10, 1)),
        ("icd10cm", "2026-code-descriptions-tabular-order-updated.zip", date(2025, 10, 1)),
        ("icd10cm", "april-1-2026-code-descriptions-tabular-order.zip", date(2026, 4, 1)),
        ("icd10cm-tabular", "2026-code-tables-tabular-and-index.zip", date(2025, 10, 1)),
        ("icd10cm-tabular", "2026-pcs-tables-index.zip", None),
        ("mue", f"{'a' * 200}.zip", None),
    ],
)
def test_the_real_names_of_files_say_of_when_they_are(kind: str, name: str, day: date | None) -> None:
    """Names that CMS has used, and some of other files on the same page."""
    placed = BY_KIND[kind].placed(name)

    assert (placed[1] if placed else None) == day


@pytest.mark.parametrize(
    ("kind", "member", "is_taken"),
    [
        ("asp-pricing", "section 508 version of October 2026 Medicare Part B Payment Limit File 091626.csv", True),
        ("asp-pricing", "Oct 2025 ASP Pricing File updated 120925.csv", True),
        ("asp-pricing", "section 508 version of October 2025 NOC Pricing File.csv", False),
        ("asp-pricing", "October 2026 Medicare Part B Payment Limit File 091626.xls", False),
        ("asp-crosswalk", "section 508 version of October 2026 ASP NDC-HCPCS Crosswalk 091126.csv", True),
        ("asp-crosswalk", "section 508 version of October 2026 OPPS NDC-HCPCS Crosswalk 090426.csv", False),
        ("hcpcs", "HCPC2026_OCT_ANWEB_v2.txt", True),
        ("hcpcs", "HCPC2026_JUL_ANWEB_06172026.txt", True),
        ("hcpcs", "HCPC2026_OCT_ANWEB_Transaction Report_v2.xlsx", False),
        ("hcpcs", "HCPC2026_recordlayout.txt", False),
        ("hcpcs", "proc_notes_OCT2026.txt", False),
        ("mue", "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", True),
        ("ptp", "ccipra-v322r0-f1.TXT", True),
        ("aoc", "AOC_V2026Q2-F-MCR.txt", True),
        ("opps", "2026 April Web Addendum B.03.23.26.csv", True),
        ("opps", "2026 April Web Addendum A.03.23.26.csv", False),
        ("icd10cm", "icd10cm_order_2027.txt", True),
        ("icd10cm", "icd10cm_order_addenda_2027.txt", False),
        ("icd10cm-tabular", "icd10cm_tabular_2027.xml", True),
        ("icd10cm-tabular", "icd10cm_index_2027.xml", False),
    ],
)
def test_of_a_zip_the_right_member_is_taken(kind: str, member: str, is_taken: bool) -> None:  # noqa: FBT001 - a row
    """Names of members of real zips."""
    members = BY_KIND[kind].members

    assert members is not None
    assert (members.fullmatch(member) is not None) is is_taken


@pytest.mark.parametrize(
    ("address", "is_asked"),
    [
        ("https://www.cms.gov/license/ama?file=/files/zip/a.zip", True),
        ("https://www.cms.gov/apps/ama/license.asp?file=/files/zip/a.zip", True),
        ("https://apps.ama-assn.org/license/cpt", True),
        ("https://www.cms.gov/apps/aha/license.asp?file=/a.zip", True),
        ("https://www.cms.gov/license/ada?file=/files/zip/a.zip", True),
        ("https://www.cms.gov/files/zip/license-list.zip", False),
        ("https://www.cms.gov/files/zip/a.zip", False),
    ],
)
def test_an_address_that_asks_for_a_license_is_known(address: str, is_asked: bool) -> None:  # noqa: FBT001 - a row
    """Whoever owns the codes."""
    assert (SHIPPED.license_at(address) is not None) is is_asked


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"kind": "mues"}, "kind: expected one of"),
        ({"page": "ftp://publisher.example"}, "page: expected an address"),
        ({"page": "https:///files"}, "page: expected an address"),
        ({"bytes": [20, 20]}, "bytes: expected the fewest before the most"),
        ({"bytes": [0, 20]}, "bytes: expected the fewest before the most"),
        ({"names": []}, "named_like: expected one real name"),
        ({"named_like": ["mue-2026-q5.zip"]}, "is not as names say"),
        ({"names": [r"mue-.*\.zip"]}, "does not say of when it is"),
        ({"names": ["("]}, "unterminated subpattern"),
        ({"pages": "x"}, "Extra inputs are not permitted"),
        ({"source": None}, "source"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(changed: dict[str, Any], problem: str) -> None:
    """With what would be right."""
    assert Publication.model_validate(GOOD).placed("MUE-2026-Q1.ZIP") == (0, date(2026, 1, 1))

    with pytest.raises((ValidationError, re.error), match=re.escape(problem)):
        Publication.model_validate(GOOD | changed)


def test_a_kind_has_one_line() -> None:
    """Two would be two answers."""
    with pytest.raises(ValidationError, match="expected each kind once, found twice: mue"):
        PublisherTable.model_validate({"files": [GOOD, GOOD]})


@pytest.mark.parametrize(
    ("groups", "day"),
    [
        ({"fiscal_year": "2027"}, date(2026, 10, 1)),
        ({"year": "2026", "quarter": "1"}, date(2026, 1, 1)),
        ({"year": "2026", "quarter": "4"}, date(2026, 10, 1)),
        ({"year": "2026", "month": "October"}, date(2026, 10, 1)),
        ({"year": "2026", "month": "07", "day": "31"}, date(2026, 7, 31)),
        ({"year": "2026", "month": "april", "day": "1", "fiscal_year": None}, date(2026, 4, 1)),
        ({"year": "2026", "month": "06", "day": "31"}, None),
        ({"year": "2026"}, None),
        ({"quarter": "1"}, None),
        ({}, None),
    ],
)
def test_the_groups_of_a_name_are_a_day(groups: dict[str, str | None], day: date | None) -> None:
    """The first of what they name; None for what is not a date."""
    assert day_of(groups) == day
