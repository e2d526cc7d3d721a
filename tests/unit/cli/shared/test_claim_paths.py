"""Which files a path means, and what is said of those that cannot be read."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from worker.cli.shared.claim_files import read_what_can_be_read
from worker.cli.shared.claim_paths import ClaimFileError, expand, expand_what_is_there, total_bytes


def problems(*files: str) -> dict[str, str | None]:
    """What is wrong with each file, by its name; None for one that is read."""
    return {Path(found.source).name: found.problem for found in read_what_can_be_read(files, 1000)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files with a claim, one of them in a folder of its own."""
    (tmp_path / "closed").mkdir()
    for name in ("a.json", "closed/b.json"):
        (tmp_path / name).write_text("{}")
    return tmp_path


def test_a_file_that_may_not_be_read_is_a_problem_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are read; who asks for all or nothing gets nothing."""
    opened = Path.open

    def refuse(path: Path, *arguments: Any) -> Any:  # Any: what Path.open takes and returns
        if path.name == "a.json":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)

    monkeypatch.setattr(Path, "open", refuse)

    files = expand_what_is_there([str(folder)])

    assert problems(*files) == {"a.json": "cannot be read (Permission denied)", "b.json": None}


def test_a_file_that_breaks_off_under_the_reader_is_a_problem_behind_its_claims(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read of it stays read."""
    lines = folder / "c.jsonl"
    lines.write_text("{}\n" * 3)

    class Breaking:
        """A stream that fails after its first line."""

        def __enter__(self) -> Self:
            self.lines = iter([b"{}\n"])
            return self

        def __exit__(self, *_: object) -> None:
            """Leave it."""

        def readline(self, _: int) -> bytes:
            """Return the one line."""
            for line in self.lines:
                return line
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", lambda *_: Breaking())

    found = list(read_what_can_be_read([str(lines)], 1000))

    assert [(each.place, each.problem) for each in found] == [
        ("line 1", None),
        ("", "cannot be read (Input/output error)"),
    ]


def test_a_folder_that_may_not_be_read_is_a_problem_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its claims are not taken for absent."""
    listed = os.scandir

    def refuse(path: Any) -> Any:  # Any: what os.scandir takes and returns
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    def entries(path: Path) -> Iterator[Path]:
        with refuse(path) as inside:
            yield from (path / entry.name for entry in inside)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(Path, "iterdir", entries)

    assert problems(*expand_what_is_there([str(folder)])) == {
        "a.json": None,
        "closed": "cannot be read (Permission denied)",
    }
    with pytest.raises(ClaimFileError, match=r"closed: cannot be read \(Permission denied\)"):
        expand([str(folder)])


def test_one_path_behind_which_is_nothing_is_a_misspelt_command(tmp_path: Path) -> None:
    """There is nothing else to read; among others it is a problem of its own."""
    gone, other = str(tmp_path / "gone.json"), str(tmp_path / "other.json")

    with pytest.raises(ClaimFileError, match="no such file or folder"):
        expand_what_is_there([gone])

    assert set(problems(*expand_what_is_there([gone, other])).values()) == {"no such file or folder"}
    assert (total_bytes([gone]), total_bytes(["-"])) == (0, None)


def test_an_interchange_of_a_folder_is_read_whatever_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before, `.txt`, `.clm` and `.dat` were left out without a word; what is left out is named, hidden files not."""
    for name in ("a.txt", "b.837", "c"):
        (tmp_path / name).write_text("ISA*00*          *00*          *ZZ*S              *ZZ*R              *")
    for name in ("notes.md", ".hidden", "table.csv"):
        (tmp_path / name).write_text("x")

    files = expand_what_is_there([str(tmp_path)])

    assert [Path(file).name for file in files] == ["a.txt", "b.837", "c"]
    said = f"{tmp_path}: 2 files left out, neither named as a claim file nor X12: notes.md, table.csv\n"
    assert capsys.readouterr().err == said
