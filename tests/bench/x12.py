"""How fast 837s are read, beside pyx12 and beside JSON, in how much memory, and what the worker makes of them."""

import asyncio
import io
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from time import process_time

import orjson
import psutil
import pyx12.error_handler
import pyx12.params
import pyx12.x12context
from rich.console import Console

from tests.bench.measure import Series, in_turn
from tests.stream.support import REAL_WORKER, WorkerProcess, progress, until
from tests.unit.x12.responses.files import DENIED, PAID, file_835, remittance
from worker.bootstrap import build_pipeline
from worker.kafka.embedded import embedded_broker
from worker.kafka.messages import X12_CONTENT_TYPE
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples.claims import demo_claims
from worker.settings import Settings
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.scrubber import Form
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837
from worker.x12.responses.read import read_responses
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

CLAIMS = 10_000
FEW = 500
"""pyx12 takes a minute for all; its rate does not depend on how many there are."""

SIZES = (1_000, 10_000, 100_000)
"""Claims of the files of which the peak memory is taken."""

OF_WORKER = 1_000
A_MESSAGE = 10
"""Claims through the worker, and how many of them an interchange has."""

AS_OF = date(2026, 3, 20)
MOMENT = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - an ISA names no time zone

_READ = """
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837
with open(sys.argv[1], "rb") as stream:
    assert sum(isinstance(each, ClaimRead) for each in read_837(stream)) == int(sys.argv[2])
"""
_READ_BY_PYX12 = """
import pyx12.error_handler, pyx12.params, pyx12.x12context
with open(sys.argv[1]) as stream:
    reader = pyx12.x12context.X12ContextReader(pyx12.params.params(), pyx12.error_handler.errh_null(), stream)
    for _ in reader.iter_segments("2300"):
        pass
"""
_PEAK = """
import re, sys
from pathlib import Path
{read}
# Unlike the figure of getrusage this one does not begin with that of the parent.
status = Path("/proc/self/status").read_text()
print(int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024)
"""


def measure_x12(rounds: int, console: Console) -> list[Series]:
    """Claims a second by CPU time, in turn; peak memory of processes that only read; the worker's rates."""
    documents = [document for document in map(_document, demo_claims(CLAIMS)) if document is not None]
    all_claims, few = _file(documents), _file(documents[:FEW])
    scrubber = PipelineScrubber(build_pipeline())
    reading = Series("read 837 to JSON", "claims/s", floor="pyx12, segments with their loops")
    answers = Series("read 835", "claims/s", floor="read 837 to JSON")
    remittances = _remittances(len(documents))
    scrubbing = Series("scrub an interchange", "claims/s", floor="scrub the same claims as JSON")
    for turn in range(rounds):
        console.print(f"x12, round {turn + 1} of {rounds}")
        reading.values.append(_rate(_ours, all_claims, len(documents)))
        reading.floor_values.append(_rate(_pyx12, few, FEW))
        answers.values.append(_rate(_answers, remittances, len(documents)))
        answers.floor_values.append(reading.values[-1])
        scrubbing.values.append(_scrubbed(scrubber, few, FEW))
        scrubbing.floor_values.append(_scrubbed_as_json(scrubber, few, FEW))
    return [reading, answers, scrubbing, *_memory(documents, console), _worker(documents[:OF_WORKER], rounds, console)]


def _memory(documents: list[dict[str, object]], console: Console) -> list[Series]:
    ours, theirs = Series("peak memory, reading", "MiB"), Series("peak memory, pyx12", "MiB")
    thousand = _file(documents[:1_000])
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder) / f"{size}.837"
            with file.open("wb") as stream:
                for _ in range(size // 1_000):
                    stream.write(thousand)
            ours.values.append(_peak(_READ, file, size, console))
        theirs.values.append(_peak(_READ_BY_PYX12, Path(folder) / f"{SIZES[0]}.837", SIZES[0], console))
    return [ours, theirs]


def _peak(read: str, file: Path, claims: int, console: Console) -> float:
    command = [sys.executable, "-c", _PEAK.format(read=read), str(file), str(claims)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    console.print(f"{claims:,} claims read with {float(told.stdout):.0f} MiB")
    return float(told.stdout)


def _worker(documents: list[dict[str, object]], rounds: int, console: Console) -> Series:
    """Claims a second of the worker's own CPU time, as interchanges and as JSON, on the embedded broker."""
    values = [orjson.dumps(document) for document in documents]
    interchanges = [_file(documents[start : start + A_MESSAGE]) for start in range(0, len(documents), A_MESSAGE)]
    with embedded_broker() as servers:
        run = partial(_of_worker, servers, count(1), len(documents))
        console.print(f"Worker: {rounds} rounds over {len(documents):,} claims as X12 and as JSON ...")
        measured = in_turn(
            {"x12": partial(run, interchanges, X12_CONTENT_TYPE), "json": partial(run, values, None)}, rounds
        )
    return Series("worker, interchanges", "claims/s", measured["x12"], "worker, JSON", measured["json"])


def _of_worker(servers: str, runs: "count[int]", claims: int, values: list[bytes], content_type: bytes | None) -> float:
    number = next(runs)
    settings = Settings(bootstrap_servers=servers, topic_prefix=f"x12-{number}-", group_id=f"x12-{number}", as_of=AS_OF)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_cpu_rate(settings, Path(folder), claims, values, content_type))


async def _cpu_rate(
    settings: Settings, folder: Path, claims: int, values: list[bytes], content_type: bytes | None
) -> float:
    """The first part of the messages warms the worker up and is not counted."""
    await create_topics(settings)
    warm = len(values) // 10
    with WorkerProcess(settings, folder, "worker", REAL_WORKER) as worker:
        await until(worker.is_ready, "the worker is ready")
        await send_claims(settings, values[:warm], content_type=content_type)
        await progress(settings, warm)
        used = psutil.Process(worker.process.pid).cpu_times
        before = sum(used()[:2])
        await send_claims(settings, values[warm:], content_type=content_type)
        await progress(settings, len(values), failsafe_s=180)
        return claims * 0.9 / (sum(used()[:2]) - before)


def _document(planted: object) -> dict[str, object] | None:
    value = getattr(planted, "value", None)
    try:
        document = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    is_claim = isinstance(document, dict) and isinstance(document.get("claimInformation"), dict)
    return document if is_claim and _is_read_again(document) else None


def _is_read_again(document: dict[str, object]) -> bool:
    """Return whether a claim is written, and read again: some mistakes of the demo's claims are refused either way."""
    reads = read_837(io.BytesIO(_file([document])))
    return sum(isinstance(each, ClaimRead) for each in reads) == 1


def _file(documents: list[dict[str, object]]) -> bytes:
    return b"".join(write_837(documents, Defaults(MOMENT)))


def _rate(read: Callable[[bytes], None], content: bytes, claims: int) -> float:
    started = process_time()
    read(content)
    return claims / (process_time() - started)


def _ours(content: bytes) -> None:
    for each in read_837(io.BytesIO(content)):
        if isinstance(each, ClaimRead):
            orjson.dumps(each.document)


def _remittances(claims: int) -> bytes:
    """An 835 with so many claims of two lines, a tenth of them denied."""
    numbered = (
        [each.replace("SYN-1", f"SYN{number}").replace("SYN-2", f"SYN{number}") for each in answer]
        for number, answer in enumerate((DENIED if place % 10 == 0 else PAID) for place in range(claims))
    )
    return file_835(remittance(numbered, "0")).encode()


def _answers(content: bytes) -> None:
    for _ in read_responses(io.BytesIO(content)):
        pass


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
