"""The claims of the demo as those of patients who come again, and workers that remember them."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from tests.bench.worker_runs import Bench, readable_claims
from worker.bootstrap import history_key, identities
from worker.history.key import write_key
from worker.samples import synthetic
from worker.settings import HistoryMode, Settings

_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
"""Those of a Medicare number (CMS, Understanding the MBI format, 2018)."""
_MEMBER: bytes = synthetic.claim([])["subscriber"]["memberId"].encode()
CLAIMS_EACH = 5
PARTITIONS = 6


def claims_of_patients(claims: int, each: int = CLAIMS_EACH) -> Iterator[bytes]:
    """Yield claims of as many patients as have so many each; those of one are far apart."""
    patients = max(1, claims // each)
    for number, value in enumerate(islice(readable_claims(claims), claims)):
        yield value.replace(_MEMBER, member(number % patients))


def member(number: int) -> bytes:
    """Return the number of a synthetic patient, in the form that Medicare's have."""
    digits = [number // 20**place % 20 for place in range(4)]
    a, b, c, d = (_LETTERS[digit] for digit in digits)
    return f"1{a}{b}{number % 7}{c}{d}9YN{number % 89 + 10:02}".encode()


def remembering(bench: Bench, name: str, mode: HistoryMode, folder: Path) -> Settings:
    """Return settings of a run whose memory is in a folder of its own, under one key."""
    settings, key = bench.settings(name), folder / "history.key"
    if mode is HistoryMode.OFF:
        return settings
    if not key.exists():
        write_key(key)
    memory = folder / settings.group_id
    return settings.model_copy(update={"history": mode, "history_key_file": key, "history_dir": memory})


def placed(settings: Settings) -> Callable[[bytes | None], int | None] | None:
    """Return what chooses the partition of a claim where senders do that, as `claimscrub send` does."""
    key = history_key(settings)
    if key is None or settings.history is not HistoryMode.KEYED:
        return None
    identity = identities(settings)

    def partition(value: bytes | None) -> int | None:
        found = None if value is None else identity(value)
        return None if found is None else key.partition(found, PARTITIONS)

    return partition
