"""A file is there whole, or as it was before."""

from pathlib import Path

import pytest

from worker.analysis.files import whole


def test_a_file_takes_its_place_at_the_end(tmp_path: Path) -> None:
    """Until then the old one is there."""
    file = tmp_path / "report.html"
    file.write_text("old")
    with whole(file, private=False) as made:
        made.write_text("new")
        assert file.read_text() == "old"

    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def _write_half(file: Path) -> None:
    with whole(file, private=False) as made:
        made.write_text("half")
        raise OSError("a full disk")


def test_what_fails_leaves_the_old_one(tmp_path: Path) -> None:
    """And nothing beside it."""
    file = tmp_path / "report.html"
    file.write_text("old")
    with pytest.raises(OSError, match="a full disk"):
        _write_half(file)

    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_private_file_is_for_its_owner(tmp_path: Path) -> None:
    """From the first byte on."""
    with whole(tmp_path / "report.html", private=True) as made:
        assert made.stat().st_mode & 0o777 == 0o600

    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o600
