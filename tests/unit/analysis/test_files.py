"""A file is there whole, or as it was before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker.analysis.files import scratch, whole


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


def test_what_a_killed_process_left_is_deleted_by_the_next(tmp_path: Path) -> None:
    """By one that writes the same file; what a running process is at, or another machine, stays."""
    file, other = tmp_path / "report.html", tmp_path / "report.html.html"
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom worker.analysis.files import whole\n"
        "with whole(Path(sys.argv[1]), private=False):\n    os.kill(os.getpid(), 9)\n"
    )
    for each in (file, other):
        subprocess.run([sys.executable, "-c", code, str(each)], check=False)
    (left,) = tmp_path.glob(".report.html.????????-*-????????.part")
    (of_other,) = tmp_path.glob(".report.html.html.*.part")
    machine, process, _ = left.name.split(".")[3].split("-")
    running = tmp_path / f".report.html.{machine}-{os.getppid()}-00000000.part"
    elsewhere = tmp_path / f".report.html.ffffffff-{process}-00000000.part"
    for each in (running, elsewhere):
        each.touch()

    with whole(file, private=False) as made:
        made.write_text("new")

    assert set(tmp_path.iterdir()) == {file, of_other, running, elsewhere}


def test_a_folder_that_a_killed_process_left_is_deleted_by_the_next(tmp_path: Path) -> None:
    """What a running process has stays, and so does what only has the name of one."""
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom worker.analysis.database import Database\n"
        "with Database('64MiB', Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    assert (left.stat().st_mode & 0o077, (left / "rows.duckdb").is_file()) == (0, True)
    target = tmp_path / "target"
    target.mkdir()
    link = tmp_path / f"{left.name}x"
    link.symlink_to(target)

    with scratch(tmp_path) as first, scratch(tmp_path) as second:
        assert set(tmp_path.iterdir()) == {first, second, link, target}
    assert set(tmp_path.iterdir()) == {link, target}
