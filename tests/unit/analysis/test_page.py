"""The page: self-contained, escaped, and under a policy that fits what is in it."""

import base64
import hashlib
import re
from datetime import date
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from worker.analysis.page import (
    Breakdown,
    ColumnKind,
    Page,
    PageChart,
    PageColumn,
    PageLink,
    PageSection,
    PageTable,
    bars,
    rendered,
    write_page,
)
from worker.analysis.vega import vega_script
from worker.edits.catalogue import load_edits

HOSTILE = "</script><script>alert(1)</script>\x1b\u202e"


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the texts of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._is_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        self._is_script = tag == "script" and "type" not in dict(attrs)
        if self._is_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        """A script ends."""
        self._is_script = self._is_script and tag != "script"

    def handle_data(self, data: str) -> None:
        """Note the text of a script."""
        if self._is_script:
            self.scripts[-1] += data


def page_of(*sections: PageSection | Breakdown, **more: object) -> str:
    """A page with some sections."""
    return rendered(Page("Title", "Sentence.", sections, **more), load_edits())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def charted() -> str:
    """A page with a chart, a table and figures, into which somebody wrote more than a name."""
    table = PageTable((PageColumn(HOSTILE), PageColumn("held", ColumnKind.MONEY)), [(HOSTILE, Decimal("1234.5"))])
    return page_of(
        PageSection(HOSTILE, HOSTILE, table, (bars(HOSTILE, [(HOSTILE, 1.0)]),)),
        notes=[HOSTILE],
        figures={"dimensions": {}, "hostile": HOSTILE},
        edits=frozenset({"WST-01", "USR-01"}),
    )


def test_nothing_in_the_page_asks_anybody_for_anything(charted: str) -> None:
    """No element loads a file, and the policy would not let it."""
    loading = [
        (tag, attributes)
        for tag, attributes in Elements(charted).found
        if {"src", "srcset", "data", "action", "background", "poster"} & attributes.keys() or tag in {"link", "iframe"}
    ]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', charted)

    assert loading == []
    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe-eval" not in policy[1]
    assert "http" not in policy[1]


def test_the_policy_allows_the_scripts_of_the_page_and_no_other(charted: str) -> None:
    """By their digests."""
    scripts = Elements(charted).scripts
    digests = {f"sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}" for each in scripts}
    policy = re.search(r"script-src ([^;]*)", unescape(charted))

    assert policy
    assert len(scripts) == 2
    assert set(re.findall(r"sha256-[A-Za-z0-9+/=]+", policy[1])) == digests


def test_texts_are_shown_and_not_obeyed(charted: str) -> None:
    """Neither as elements nor by a terminal or the direction of a text."""
    assert "<script>alert" not in charted
    assert "\x1b" not in charted
    assert "\u202e" not in charted
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in charted


def test_edits_are_explained_and_unknown_ones_named(charted: str) -> None:
    """Each has the place that findings lead to."""
    assert '<article id="edit-WST-01">' in charted
    assert '<article id="edit-USR-01">' in charted
    assert "not in the catalogue" in charted


@pytest.mark.parametrize(
    ("value", "kind", "shown", "key"),
    [
        (None, ColumnKind.MONEY, "–", ""),  # noqa: RUF001 - as on the page
        (Decimal("-1234.5"), ColumnKind.MONEY, "-$1,234.50", "-1234.5"),
        (1234567, ColumnKind.COUNT, "1,234,567", "1234567"),
        (0.256, ColumnKind.SHARE, "25.6%", "0.256"),
        (date(2026, 3, 2), ColumnKind.DAY, "2026-03-02", "2026-03-02"),
        ("a text", ColumnKind.TEXT, "a text", "a text"),
        (PageLink("WST-01", "#edit-WST-01"), ColumnKind.TEXT, '<a href="#edit-WST-01">WST-01</a>', "WST-01"),
    ],
)
def test_a_value_is_written_by_its_kind(value: object, kind: ColumnKind, shown: str, key: str) -> None:
    """And sorted by what it is."""
    made = page_of(PageSection("t", "s", PageTable((PageColumn("c", kind),), [(value,)])))  # type: ignore[list-item]

    assert f'<td class="{kind.value}" data-sort="{key}">{shown}</td>' in made


def test_a_long_table_can_be_searched() -> None:
    """A short one is seen at once."""
    rows = [(str(number),) for number in range(16)]
    short, long = (page_of(PageSection("t", "s", PageTable((PageColumn("c"),), some))) for some in (rows[:15], rows))

    assert ('type="search"' in short, 'type="search"' in long) == (False, True)


def test_the_charts_library_is_in_a_page_with_charts_only() -> None:
    """It is most of the page; it names its license."""
    without = page_of(PageSection("t", "s"))
    with_chart = page_of(Breakdown("t", "s", "payer", PageChart({"data": {"name": "rows"}}, "d")))

    assert vega_script() not in without
    assert vega_script() in with_chart
    assert "BSD 3-Clause License" in vega_script()[:300]


def test_a_page_is_written_whole(tmp_path: Path) -> None:
    """Over the one before it."""
    file = tmp_path / "page.html"
    file.write_text("old")
    write_page(file, Page("Title", "Sentence.", ()), load_edits())

    assert "<h1>Title</h1>" in file.read_text("utf-8")
    assert list(tmp_path.iterdir()) == [file]
