"""How fast 837s are read, beside pyx12 and beside the pipeline, and how much memory that takes."""

import io
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import process_time

import orjson
import pyx12.error_handler
import pyx12.params
import pyx12.x12context
from rich.console import Console

from tests.bench.measure import Series
from worker.bootstrap import PipelineScrubber, build_pipeline
from worker.cli.demo_claims import demo_claims
from worker.stream.scrubber import Form
from worker.x12.events import ClaimRead
from worker.x12.reading import read_837
from worker.x12.writing import Defaults, write_837

CLAIMS = 10_000
FEW = 500
"""pyx12 takes a minute for all; its rate does not depend on how many there are."""

AS_OF = date(2026, 3, 20)
MOMENT = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - an ISA names no time zone

_PEAK = """
import re, sys
from pathlib import Path
from worker.x12.events import ClaimRead
from worker.x12.reading import read_837
with open(sys.argv[1], "rb") as stream:
    count = sum(isinstance(each, ClaimRead) for each in read_837(stream))
# Unlike the figure of getrusage this one does not begin with that of the parent.
status = Path("/proc/self/status").read_text()
print(count, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024)
"""


def measure_x12(rounds: int, console: Console) -> list[Series]:
    """Claims a second by CPU time, in turn; peak memory of a process that only reads."""
    documents = [document for document in map(_document, demo_claims(FEW)) if document is not None]
    few = _file(documents)
    scrubber = PipelineScrubber(build_pipeline())
    reading = Series("read 837 to JSON", "claims/s", floor="pyx12, segments with their loops")
    worker = Series("scrub an interchange", "claims/s", floor="scrub the same claims as JSON")
    for turn in range(rounds):
        console.print(f"x12, round {turn + 1} of {rounds}")
        reading.values.append(_rate(_ours, few, len(documents)))
        reading.floor_values.append(_rate(_pyx12, few, len(documents)))
        worker.values.append(_scrubbed(scrubber, few, len(documents)))
        worker.floor_values.append(_scrubbed_as_json(scrubber, few, len(documents)))
    memory = Series("peak memory, reading", "MiB")
    many = documents * (CLAIMS // len(documents) + 1)
    for size in (len(documents), CLAIMS):
        count, peak = _peak(_file(many[:size]))
        console.print(f"{count:,} claims read with {peak:.0f} MiB")
        memory.values.append(peak)
    return [reading, worker, memory]


def _document(planted: object) -> dict[str, object] | None:
    value = getattr(planted, "value", None)
    try:
        document = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    is_claim = isinstance(document, dict) and isinstance(document.get("claimInformation"), dict)
    return document if is_claim else None


def _file(documents: list[dict[str, object]]) -> bytes:
    return "".join(write_837(documents, Defaults(MOMENT))).encode()


def _rate(read: Callable[[bytes], None], content: bytes, claims: int) -> float:
    started = process_time()
    read(content)
    return claims / (process_time() - started)


def _ours(content: bytes) -> None:
    for each in read_837(io.BytesIO(content)):
        if isinstance(each, ClaimRead):
            orjson.dumps(each.document)


def _pyx12(content: bytes) -> None:
    logging.disable(logging.CRITICAL)
    try:
        errors = pyx12.error_handler.errh_null()
        source = io.StringIO(content.decode())
        for _ in pyx12.x12context.X12ContextReader(pyx12.params.params(), errors, source).iter_segments("2300"):
            pass
    finally:
        logging.disable(logging.NOTSET)


def _scrubbed(scrubber: PipelineScrubber, content: bytes, claims: int) -> float:
    started = process_time()
    for _ in scrubber.scrub_each(content, Form.INTERCHANGE, received_on=AS_OF):
        pass
    return claims / (process_time() - started)


def _scrubbed_as_json(scrubber: PipelineScrubber, content: bytes, claims: int) -> float:
    values = [orjson.dumps(each.document) for each in read_837(io.BytesIO(content)) if isinstance(each, ClaimRead)]
    started = process_time()
    for value in values:
        scrubber.scrub(value, received_on=AS_OF)
    return claims / (process_time() - started)


def _peak(content: bytes) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.837"
        path.write_bytes(content)
        told = subprocess.run([sys.executable, "-c", _PEAK, str(path)], check=True, capture_output=True, text=True)
    count, peak = told.stdout.split()
    return int(count), float(peak)
