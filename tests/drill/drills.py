"""The drills: what goes wrong in each, and which alert is to speak."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

import orjson

from schemas.reference_update import ReferenceNotice
from tests.drill.edits_that_hang import HANGS_ON
from tests.drill.scene import Scene, sound_claims
from worker.bootstrap import default_config_directory
from worker.kafka.send import send_claims, send_notice
from worker.samples.claims import demo_claims

_EDITS: Final = Path(__file__).with_name("edits_that_hang.py")


@dataclass(frozen=True, slots=True)
class Drill:
    """One thing that goes wrong.

    Attributes:
        name: What goes wrong.
        alert: Name and severity of the alert that is to speak; None when nothing goes wrong.
        happen: Makes it go wrong.
        prepare: Puts files into the folder of the drill, and returns settings of its worker without their prefix.
    """

    name: str
    alert: tuple[str, str] | None
    happen: Callable[[Scene], None]
    prepare: Callable[[Path], Mapping[str, str]] = field(default=lambda _: MappingProxyType({}))


def _nothing(scene: Scene) -> None:
    scene.send_always(sound_claims())


def _broker_killed(scene: Scene) -> None:
    scene.send_always(sound_claims())
    # "None has left for 5 minutes" is faster here, what counts as silence of a broker is not: so some leave before.
    scene.wait_until("sum(increase(claimscrub_claims_total[10s])) > 0")
    scene.kill_broker()


def _hanging_edit(folder: Path) -> Mapping[str, str]:
    edits = folder / "edits"
    edits.mkdir()
    shutil.copy(_EDITS, edits)
    # By default the worker ends itself after 20 s, and the third time the claim is a dead letter: no stall is long.
    return {"EDITS_DIR": str(edits), "CLAIM_HANG_S": "600"}


def _agent_stalled(scene: Scene) -> None:
    asyncio.run(send_claims(scene.settings, sound_claims()[:50]))
    claim = orjson.loads(sound_claims()[0])
    claim["claimInformation"]["patientControlNumber"] = HANGS_ON
    asyncio.run(send_claims(scene.settings, [orjson.dumps(claim)]))
    scene.send_always(sound_claims())


def _garbage_only(scene: Scene) -> None:
    scene.send_always([each.value for each in islice(demo_claims(5000), 5000) if each.expected is None])


def _own_config(folder: Path) -> Mapping[str, str]:
    shutil.copytree(default_config_directory(), folder / "config")
    return {"CONFIG_DIR": str(folder / "config")}


def _table_broken(scene: Scene) -> None:
    scene.send_always(sound_claims())
    broken = Path(shutil.copytree(scene.folder / "config" / "reference", scene.folder / "config" / "next"))
    table = next(broken.glob("asp_limits/*.csv"))
    table.write_bytes(table.read_bytes()[:-20])
    asyncio.run(send_notice(scene.settings, ReferenceNotice(directory=str(broken), digest="0" * 64)))


DRILLS: Final = (
    Drill("nothing goes wrong", None, _nothing),
    Drill("the broker is killed", ("ClaimScrubberBrokerSilent", "page"), _broker_killed),
    Drill("an agent stalls", ("ClaimScrubberStalled", "page"), _agent_stalled, _hanging_edit),
    Drill("only garbage comes", ("ClaimScrubberDeadLetterSpike", "page"), _garbage_only),
    Drill("a table is broken", ("ClaimScrubberReferenceReloadRejected", "ticket"), _table_broken, _own_config),
)
