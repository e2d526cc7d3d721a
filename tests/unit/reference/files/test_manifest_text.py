"""How a new edition takes its place in a table.toml."""

from datetime import date

import pytest

from worker.reference.files.manifest import EditionEntry, parse_manifest
from worker.reference.files.manifest_text import place, with_editions

TEXT = """title = "A table"
publisher = "A publisher"
dated_by = "edition"
key = ["code"]
refresh_days = 92

[[editions]]
name = "a"
file = "a.csv"
in_force_from = 2026-01-01
in_force_to = 2026-03-31
published = 2026-01-01

[[columns]]
name = "code"
type = "text"
meaning = "The [[editions]] of a code."
"""


def entry(name: str, first: str, last: str | None = None) -> EditionEntry:
    """An edition between two days."""
    begins = date.fromisoformat(first)
    return EditionEntry(name, f"{name}.csv", begins, date.fromisoformat(last) if last else None, begins)


WINTER = entry("winter", "2026-01-01", "2026-03-31")
SUMMER = entry("summer", "2026-07-01", "2026-09-30")
OPEN = entry("open", "2026-01-01")


def bounds(editions: tuple[EditionEntry, ...]) -> list[tuple[str, str, str]]:
    """Name, first and last day of each edition."""
    return [(each.name, str(each.in_force_from), str(each.in_force_to)) for each in editions]


@pytest.mark.parametrize(
    ("held", "new", "expected", "replaced"),
    [
        pytest.param(
            [WINTER, SUMMER],
            entry("spring", "2026-04-01", "2026-06-30"),
            [
                ("winter", "2026-01-01", "2026-03-31"),
                ("spring", "2026-04-01", "2026-06-30"),
                ("summer", "2026-07-01", "2026-09-30"),
            ],
            [],
            id="between two",
        ),
        pytest.param(
            [WINTER],
            entry("correction", "2026-03-31", "2026-03-31"),
            [("winter", "2026-01-01", "2026-03-30"), ("correction", "2026-03-31", "2026-03-31")],
            [],
            id="on the last day of one",
        ),
        pytest.param(
            [OPEN],
            entry("next", "2026-05-01"),
            [("open", "2026-01-01", "2026-04-30"), ("next", "2026-05-01", "None")],
            [],
            id="inside an open one",
        ),
        pytest.param(
            [SUMMER],
            entry("before", "2026-01-01"),
            [("before", "2026-01-01", "2026-06-30"), ("summer", "2026-07-01", "2026-09-30")],
            [],
            id="open before another",
        ),
        pytest.param(
            [WINTER],
            entry("winter", "2026-01-01", "2026-03-31"),
            [("winter", "2026-01-01", "2026-03-31")],
            ["winter"],
            id="again",
        ),
        pytest.param(
            [WINTER, SUMMER],
            entry("year", "2026-01-01", "2026-12-31"),
            [("year", "2026-01-01", "2026-12-31")],
            ["winter", "summer"],
            id="over others",
        ),
    ],
)
def test_no_day_has_two_editions(
    held: list[EditionEntry], new: EditionEntry, expected: list[tuple[str, str, str]], replaced: list[str]
) -> None:
    """A new edition ends the one it runs into and replaces the ones that begin inside it."""
    placed = place(held, new, is_only=False)

    assert bounds(placed.editions) == expected
    assert [each.name for each in placed.replaced] == replaced


def test_a_table_dated_by_row_has_one_edition() -> None:
    """The rows carry their own dates, so the new list replaces the old one."""
    placed = place([OPEN], entry("later", "2026-01-01"), is_only=True)

    assert [each.name for each in placed.editions] == ["later"]
    assert [each.name for each in placed.replaced] == ["open"]


def test_only_the_editions_of_the_text_change() -> None:
    """Columns and head stay byte for byte, and the result reads as what was put in."""
    text = with_editions(TEXT, [WINTER, OPEN])

    manifest, problems = parse_manifest(with_editions(TEXT, [WINTER, SUMMER]), "edition")
    assert text.startswith(TEXT[: TEXT.index("[[editions]]")])
    assert text.endswith(TEXT[TEXT.index("[[columns]]") :])
    assert problems == ()
    assert manifest is not None
    assert manifest.editions == (WINTER, SUMMER)


def test_the_same_editions_give_the_same_text() -> None:
    """An import that changes nothing writes nothing else; why there is no later edition is kept."""
    text = TEXT.replace("published = 2026-01-01\n", 'published = 2026-01-01\nno_later = "Not \\"found\\"."\n')
    manifest, _ = parse_manifest(text, "edition")
    assert manifest is not None

    assert manifest.editions[0].no_later == 'Not "found".'
    assert with_editions(text, manifest.editions) == text
