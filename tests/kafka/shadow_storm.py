"""The storm of a shadow that raises, recurses, loops, backtracks, eats memory and ends itself, beside whole workers.

Two workers take the claims, one after the other is killed and replaced. Each claim must have its outcome once, the same
as without a shadow, and what the shadow says must be of outcomes that are there, once each.
"""

from dataclasses import dataclass
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Final

from schemas.shadow import ShadowDifference
from tests.inputs.hostile import claim_with
from tests.kafka.hostile_storm import EDITS
from tests.kafka.storms import LIMIT_S, PARTITIONS, ended_records, group
from tests.stream.support import REAL_WORKER, DeliveryLedger, key_of, prepare, progress
from worker.bootstrap import shipped_config_directory
from worker.kafka.read import tail
from worker.samples import synthetic
from worker.settings import Settings

HARMS: Final = ("RAISE", "RECURSE", "LOOP", "REGEX", "EAT", "CRASH")
EVERY: Final = 50
"""One claim in so many harms the shadow."""


@dataclass(frozen=True)
class ShadowStorm:
    """What came out: the ledger, verdicts other than without a shadow, and what the shadow said."""

    ledger: DeliveryLedger
    other_verdicts: int
    differences: int
    strayed: int
    """Differences that are of no outcome, or come twice."""
    failures: int
    offs: int

    @property
    def is_sound(self) -> bool:
        """Whether no claim was lost or came twice, and no verdict is another one."""
        ledger = self.ledger
        return (*ledger.flaws, ledger.duplicated, self.other_verdicts, self.strayed) == (0,) * 6

    @property
    def figures(self) -> dict[str, object]:
        """The figures by name."""
        return {
            "sent": self.ledger.sent,
            "lost": self.ledger.lost,
            "duplicated": self.ledger.duplicated,
            "conflicting": self.ledger.conflicting,
            "disordered": self.ledger.disordered,
            "verdicts other than without a shadow": self.other_verdicts,
            "differences": self.differences,
            "differences of no outcome, or twice": self.strayed,
            "processes of the shadow given up": self.failures,
            "times it went off": self.offs,
        }


def shadowed(settings: Settings) -> Settings:
    """Return the settings of a whole worker whose shadow has the hostile edit."""
    return settings.model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "shadow_config_dir": shipped_config_directory(),
            "shadow_edits_dir": EDITS,
            "allow_writable_edits": True,
            "memory_limit_mib": 800,
        }
    )


async def shadow_storm(settings: Settings, folder: Path, *, sent: int, rounds: int) -> ShadowStorm:
    """Send claims, kill and replace workers so many times, and count."""
    own, harms = shadowed(settings), cycle(HARMS)
    claims: list[bytes | None] = [
        claim_with(number, next(harms) if number % EVERY == EVERY - 1 else "") for number in range(sent)
    ]
    await prepare(own, claims, PARTITIONS, key_of)
    with group(own, folder, REAL_WORKER) as workers:
        running = [workers.start() for _ in range(2)]
        for turn in range(rounds):
            await progress(own, sent * (turn + 1) // (rounds + 2), 4 * LIMIT_S)
            running.pop(0).kill()
            running.append(workers.start())
        await progress(own, sent, 4 * LIMIT_S)
        records = await ended_records(own, *running)
        said = [
            ShadowDifference.model_validate_json(each.value or b"").outcome_id
            async for each in tail(own, [own.topics.shadow], follow=False)
        ]
        published = {dict(each.headers)["ce_id"].decode() for each in records}
        return ShadowStorm(
            ledger=DeliveryLedger.of(sent, records),
            other_verdicts=sum(each.topic != own.topics.scrubbed for each in records),
            differences=len(said),
            strayed=len(said) - len(published.intersection(said)),
            failures=sum(len(worker.events("shadow-failed")) for worker in workers.started),
            offs=sum(len(worker.events("shadow-off")) for worker in workers.started),
        )
