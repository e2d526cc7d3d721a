"""The pages that lead through the repository name files and headings that exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted(
    page.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "config/**/*.md", "deploy/*.md", "deploy/runbooks/*.md", "tests/*.md", "worker/**/*.md")
    for page in ROOT.glob(pattern)
    if page.name != "CHANGELOG.md"  # which names what there was
)
_LINK: Final = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
_PATH: Final = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|yaml|md|toml|json|jsonl|example))`")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


def named_in_vain(page: Path, root: Path = ROOT) -> Iterator[str]:
    """Yield each link of a page that leads nowhere, and each path in backticks without a file.

    A path begins at the root, at the folder of the page, or in `worker`.
    """
    text = page.read_text("utf-8")
    for link, heading in _LINK.findall(text):
        if ":" in link:
            continue
        target = (page.parent / link) if link else page
        if not target.exists():
            yield link
        elif heading and heading not in map(anchor, _HEADING.findall(target.read_text("utf-8"))):
            yield f"{link}#{heading}"
    for path in _PATH.findall(text):
        if not any((folder / path).exists() for folder in (root, page.parent, root / "worker")):
            yield path


def anchor(heading: str) -> str:
    """Return what a link to a heading ends with."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_what_there_is(page: str) -> None:
    """Who follows a page finds the file."""
    lost = list(named_in_vain(ROOT / page))

    assert lost == [], f"{page} names what does not exist; write its path from the root, from the page, or from worker/"


def test_what_has_moved_is_noticed(tmp_path: Path) -> None:
    """A file, a heading, a path in backticks; addresses of the web are left to their owners."""
    (tmp_path / "there.md").write_text("# A memory of claims\n", "utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md) [b](there.md#a-memory-of-claims) [c](gone.md) [d](there.md#gone) [e](#gone) `stream/gone.py`\n"
        "[f](https://www.cms.gov/gone)\n",
        "utf-8",
    )

    assert list(named_in_vain(page, tmp_path)) == ["gone.md", "there.md#gone", "#gone", "stream/gone.py"]
