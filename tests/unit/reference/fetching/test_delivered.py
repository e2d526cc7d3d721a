"""Whether what has come is the file that was asked for."""

import pytest

from tests.unit.reference.fetching.test_publications import GOOD
from worker.reference.fetching.delivered import asks_for_a_license, flaw_of, is_page, page_in_words
from worker.reference.fetching.publications import Publication

MUE = Publication.model_validate(GOOD)
ZIP = b"PK\x03\x04 and more"


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b"<!DOCTYPE html>", True),
        (b"\xef\xbb\xbf\r\n <HTML lang='en'>", True),
        (b"<!-- a comment --><html>", True),
        (b"<?xml version='1.0'?><html>", True),
        (b"PK\x03\x04<html>", False),
        (b"HCPCS Code,<b>", False),
        (b"", False),
    ],
)
def test_a_web_page_is_known_by_its_beginning(head: bytes, is_one: bool) -> None:  # noqa: FBT001 - a row
    """Whatever it is called."""
    assert is_page(head) is is_one


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (b"<html>License for use of CPT: <button>I accept</button>", True),
        (b"<html>End User Point and Click Agreement. This LICENSE", True),
        (b"<html>By clicking below you accept the terms of this license", True),
        (b"<html>License plates. Nothing to see", False),
        (b"<html>I accept cookies", False),
    ],
)
def test_a_page_that_asks_for_a_license_is_known(text: bytes, asks: bool) -> None:  # noqa: FBT001 - a row
    """It names a license and how to accept it."""
    assert asks_for_a_license(text) is asks


def test_a_page_is_told_with_its_title() -> None:
    """On one line, if it has one."""
    assert page_in_words(b"<html><title>\n  Page not\n found </title>") == "a web page with the title 'Page not found'"
    assert page_in_words(b"<html><body>") == "a web page"


@pytest.mark.parametrize(
    ("head", "size", "flaw"),
    [
        (ZIP, 10, None),
        (ZIP, 20, None),
        (ZIP, 9, "expected 10 to 20 bytes, found 9"),
        (ZIP, 21, "expected 10 to 20 bytes, found 21"),
        (b"HCPCS Code", 10, "expected a zip, found a file that begins with b'HCPCS Co'"),
        (b"<html><title>No</title>", 10, "expected a.zip, found a web page with the title 'No'"),
    ],
)
def test_a_file_is_as_large_as_such_a_file_is_and_of_its_form(head: bytes, size: int, flaw: str | None) -> None:
    """On both sides of both bounds."""
    assert flaw_of(MUE, "a.zip", head, size) == flaw


def test_a_table_need_not_be_a_zip() -> None:
    """Its name says what it should be."""
    assert flaw_of(MUE, "a.csv", b"HCPCS Code", 10) is None
