"""What counts as one claim in a file, and where it is."""

import io
import json
from pathlib import Path

import pytest

from tests.unit.fhir.resources import bundle, claim, patient
from worker.cli.shared.claim_files import opened, read_claims, split_array
from worker.cli.shared.claim_paths import ClaimFileError, UnreadablePathError, expand


def places(*files: Path, longest: int = 1000) -> list[tuple[str, bytes]]:
    """Read files and return place and bytes of each claim."""
    return [(found.place, found.value) for found in read_claims(map(str, files), longest)]


def test_stdin_stays_open_for_whoever_reads_on_and_a_file_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several commands read one thing after the other from it."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"ISA*")))
    (tmp_path / "answers.835").write_bytes(b"ISA*")

    with opened("-") as stdin:
        assert stdin.read() == b"ISA*"
    with opened(str(tmp_path / "answers.835")) as file:
        assert file.read() == b"ISA*"

    assert (stdin.closed, file.closed) == (False, True)
    with pytest.raises(UnreadablePathError, match="cannot be read"), opened(str(tmp_path / "none.835")):
        pass


def test_a_file_of_lines_holds_one_claim_a_line(tmp_path: Path) -> None:
    """Blank lines are skipped and counted; a last line without its end counts."""
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b'{"a":1}\r\n\n{"b":2}')

    assert places(file) == [("line 1", b'{"a":1}'), ("line 3", b'{"b":2}')]


def test_a_line_longer_than_any_claim_is_cut_and_the_next_one_is_read(tmp_path: Path) -> None:
    """Memory stays flat, and the cut line is longer than the limit, so that it is refused."""
    file = tmp_path / "claims.ndjson"
    file.write_bytes(b"x" * 5000 + b'\n{"b":2}\n')

    (first, cut), second = places(file, longest=100)

    assert (first, len(cut) > 100, len(cut) < 200, second) == ("line 1", True, True, ("line 2", b'{"b":2}'))


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_json_file_may_hold_one_claim_over_many_lines(tmp_path: Path, end: bytes) -> None:
    """A claim that is indented is one claim, and has no place of its own."""
    file = tmp_path / "claim.json"
    file.write_bytes(b'{\n  "a": 1\n}' + end)

    assert places(file) == [("", b'{\n  "a": 1\n}')]


def test_a_json_file_may_hold_an_array_of_claims(tmp_path: Path) -> None:
    """Each element keeps its bytes; brackets and commas in strings do not count."""
    file = tmp_path / "claims.json"
    file.write_bytes(b'[\n {"a": "],[{\\"", "b": [1, 2]},\n {"c": 1.50}\n]\n')

    assert places(file) == [("claim 1", b'{"a": "],[{\\"", "b": [1, 2]}'), ("claim 2", b'{"c": 1.50}')]


def test_a_json_file_may_hold_one_claim_a_line(tmp_path: Path) -> None:
    """What the name does not say, the first lines do, also where the first line breaks off."""
    whole, broken = tmp_path / "whole.json", tmp_path / "broken.json"
    whole.write_bytes(b'{"a":1}\n{"b":2}\n')
    broken.write_bytes(b'{"a":\n{"b":2}\n')

    assert places(whole) == [("line 1", b'{"a":1}'), ("line 2", b'{"b":2}')]
    assert places(broken) == [("line 1", b'{"a":'), ("line 2", b'{"b":2}')]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{}", None),
        (b"[]", []),
        (b'[{"a":1},', [b'{"a":1}', b""]),
        (b'[{"a":1}, {"b"', [b'{"a":1}', b'{"b"']),
        (b'[{"a":1}] rest', [b'{"a":1}', b"rest"]),
        (b'[{"a":1}, {"b": "no end, ]}\\', [b'{"a":1}', b'{"b": "no end, ]}\\']),
    ],
)
def test_no_byte_of_a_broken_array_is_passed_over(content: bytes, expected: list[bytes] | None) -> None:
    """An array that breaks off or goes on leaves an element that is not a claim."""
    assert split_array(content) == expected


def test_stdin_is_told_apart_by_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte order mark and blank lines before the first claim do not matter."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbf\n[{"a":1}]')))

    assert [(found.source, found.value) for found in read_claims(["-"], 100)] == [("stdin", b'{"a":1}')]


def test_a_folder_stands_for_its_claim_files(tmp_path: Path) -> None:
    """Other files in it are left alone; a folder without any is an error."""
    (tmp_path / "in").mkdir()
    for name in ("b.jsonl", "a.json", "notes.txt", "in/c.ndjson"):
        (tmp_path / name).write_text("{}")
    empty = tmp_path / "empty"
    empty.mkdir()

    assert [Path(file).name for file in expand([str(tmp_path)])] == ["a.json", "b.jsonl", "c.ndjson"]
    with pytest.raises(ClaimFileError, match="no claim file"):
        expand([str(empty)])


def test_a_file_without_a_claim_is_an_error(tmp_path: Path) -> None:
    """An empty file is more likely a mistake than a day without claims."""
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"\n")

    with pytest.raises(ClaimFileError, match="holds no claim"):
        places(file)


def test_fhir_claims_are_read_wherever_json_is(tmp_path: Path) -> None:
    """One a line, a Bundle over many lines, an array; each by its line, position and entry; damage is a problem."""
    broken = claim(item={})
    lines = tmp_path / "claims.ndjson"
    lines.write_text(
        "\n".join(json.dumps(each) for each in (claim("SYN-1"), bundle(claim("SYN-2"), broken), patient()))
    )
    many = tmp_path / "bundle.json"
    many.write_text(json.dumps(bundle(claim("SYN-3"), claim("SYN-4")), indent=2))
    array = tmp_path / "array.json"
    array.write_text(json.dumps([claim("SYN-5"), {"claimInformation": {}}]))

    found = list(read_claims([str(lines), str(many), str(array)], 1_000_000))

    assert [each.place for each in found] == [
        *("line 1", "line 2, entry 1", "line 2, entry 2", "line 3"),
        *("entry 1", "entry 2", "claim 1", "claim 2"),
    ]
    assert [each.problem is None for each in found] == [True, True, False, False, True, True, True, True]
    numbers = [
        json.loads(each.value)["claimInformation"].get("patientControlNumber") for each in found if each.problem is None
    ]
    assert numbers == ["SYN-1", "SYN-2", "SYN-3", "SYN-4", "SYN-5", None]
    assert [each.is_mapped for each in found][-2:] == [True, False]
