"""The key of a memory: what it names, and what a file of it may hold."""

import hmac
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import ConfigurationError
from worker.history.key import NO_MARK, HistoryKey, SecretDigest, partition_of, read_key, write_key

KEY = HistoryKey(bytes(32), bytes(range(32)))


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_a_digest_under_a_secret_is_the_hmac_of_the_library(secret: bytes, text: bytes) -> None:
    """Memories that were written before stay readable."""
    digest = SecretDigest(secret)

    assert digest(text) == hmac.digest(secret, text, "sha256")
    assert digest(text) == hmac.digest(secret, text, "sha256")


def test_a_secret_that_is_longer_than_a_block_is_refused() -> None:
    """It would have to be hashed first."""
    with pytest.raises(ValueError, match="64 bytes"):
        SecretDigest(bytes(65))


def test_a_person_and_a_number_of_the_same_text_have_no_bytes_in_common() -> None:
    """Nobody finds a person by a number."""
    assert len(KEY.person("1")) == 16
    assert len(KEY.mark("1")) == 8
    assert KEY.person("1")[:8] != KEY.mark("1")


def test_another_identity_names_everybody_anew_and_moves_nobody() -> None:
    """The placement secret alone chooses the partition."""
    other = HistoryKey(bytes([1]) * 32, bytes(range(32)))

    assert other.person("A") != KEY.person("A")
    assert other.mark("A") != KEY.mark("A")
    assert other.fingerprint != KEY.fingerprint
    assert all(other.partition(str(each), 24) == KEY.partition(str(each), 24) for each in range(50))


def test_another_placement_is_another_key() -> None:
    """Its fingerprint differs, so that a worker refuses it."""
    other = HistoryKey(bytes(32), bytes(32))

    assert other.person("A")[8:] == KEY.person("A")[8:]
    assert other.person("A")[:8] != KEY.person("A")[:8]
    assert other.fingerprint != KEY.fingerprint


@pytest.mark.parametrize("partitions", [1, 6, 24, 100])
def test_the_bytes_of_a_person_say_in_which_partition_their_claims_are(partitions: int) -> None:
    """Of any number of them: a copy into more partitions needs no identity, and no key."""
    for each in range(50):
        assert partition_of(KEY.person(str(each)), partitions) == KEY.partition(str(each), partitions)


def test_persons_are_spread_over_all_partitions() -> None:
    """Each of 24 gets some of 2,400, none of them twice as many as its share."""
    counts = [0] * 24
    for each in range(2400):
        counts[KEY.partition(f"P\0{each}", 24)] += 1

    assert min(counts) > 50
    assert max(counts) < 200


@pytest.mark.parametrize("absent", [None, ""])
def test_what_is_absent_has_no_mark(absent: str | None) -> None:
    """Two claims without a number are not known as having the same one."""
    assert KEY.mark(absent) == NO_MARK


def test_a_key_comes_back_from_its_file(tmp_path: Path) -> None:
    """The file is for its owner only, and is not overwritten."""
    file = tmp_path / "history.key"

    made = write_key(file)

    assert read_key(file).fingerprint == made.fingerprint
    assert read_key(file).person("A") == made.person("A")
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_key(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "`identity = ` is missing"),
        (f"identity = {'0' * 64}\n", "`placement = ` is missing"),
        (f"identity = {'0' * 63}\n", "line 1: expected"),
        (f"identity = {'0' * 64}\nidentity = {'0' * 64}\n", "line 2: expected"),
        ("# key\nsecret\n", "line 2: expected"),
    ],
)
def test_a_file_that_is_no_key_is_refused_without_a_word_of_it(tmp_path: Path, text: str, said: str) -> None:
    """The sentence names file, line and form."""
    file = tmp_path / "history.key"
    file.write_text(text)

    with pytest.raises(ConfigurationError, match=said) as caught:
        read_key(file)

    assert str(file) in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "0" * 63 not in str(caught.value)


def test_a_missing_file_is_named_with_what_makes_one(tmp_path: Path) -> None:
    """The remedy is in the sentence."""
    with pytest.raises(ConfigurationError, match="claimscrub history key"):
        read_key(tmp_path / "none.key")


def test_bytes_that_are_not_a_text_are_refused(tmp_path: Path) -> None:
    """Such as those of another program's key."""
    file = tmp_path / "history.key"
    file.write_bytes(b"\xff\x00")

    with pytest.raises(ConfigurationError, match="not a text"):
        read_key(file)


def test_a_rotated_key_names_what_the_one_before_named_anew(tmp_path: Path) -> None:
    """From the bytes alone, of however many keys after one another; so is the partition of a person."""
    first = write_key(tmp_path / "1")
    second = write_key(tmp_path / "2", after=first)
    third = write_key(tmp_path / "3", after=second)

    for before, after in ((first, second), (second, third)):
        rotation = after.rotation_from(before)
        assert rotation is not None
        for each in ("A", "B\0C"):
            assert after.person(each) == rotation.person(before.person(each))
            assert after.mark(each) == rotation.mark(before.mark(each)) != before.mark(each)
            assert after.partition(each, 24) == partition_of(after.person(each), 24)
            assert after.person(each)[:8] != before.person(each)[:8]
            assert after.person(each)[8:] != before.person(each)[8:]
        assert rotation.mark(NO_MARK) == NO_MARK == after.mark(None)
    assert len({each.fingerprint for each in (first, second, third)}) == 3
    assert read_key(tmp_path / "3") == third == pickle.loads(pickle.dumps(third))  # noqa: S301 -- our own bytes


def test_only_the_next_key_names_anew(tmp_path: Path) -> None:
    """Not the same, not one before or two after, and none of another life."""
    first = write_key(tmp_path / "1")
    second = write_key(tmp_path / "2", after=first)
    third = write_key(tmp_path / "3", after=second)
    other = write_key(tmp_path / "4")

    for before, after in ((first, first), (second, first), (first, third), (first, other), (other, second)):
        assert after.rotation_from(before) is None


def test_a_key_file_holds_so_many_rotations_and_no_more(tmp_path: Path) -> None:
    """Each costs time for whatever is named."""
    file = tmp_path / "key"
    secret = "0" * 64
    lines = [f"identity = {secret}", f"placement = {secret}", *([f"rotation = {secret}"] * 16)]
    file.write_text("\n".join(lines))

    assert read_key(file).fingerprint
    file.write_text("\n".join([*lines, lines[-1]]))
    with pytest.raises(ConfigurationError, match="line 19: expected"):
        read_key(file)
