"""Has the shadow judge the claims of a batch, and puts how it differs beside their outcomes."""

from collections.abc import Sequence
from typing import Final

import msgspec

from worker.agents.verdicts import Pair, ScrubbedBatch, received_day
from worker.kafka.messages import InboundMessage
from worker.observe.metrics import DISPOSITIONS
from worker.pipeline.comparison import JudgedClaim, compared
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict
from worker.stream.shadow.frames import SeenHistory, ShadowClaim, ShadowLoaded, ShadowVerdict
from worker.stream.shadow.records import ShadowedBatch, ShadowedClaim, difference_record
from worker.stream.shadow.shadow import Shadow


class _OutcomeParts(msgspec.Struct, rename="camel"):
    """The claim in an outcome, byte for byte, and whether documents came after it."""

    claim: msgspec.Raw
    original: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    late_documents: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_PARTS: Final = msgspec.json.Decoder(_OutcomeParts)


async def shadowed(runtime: Runtime, shadow: Shadow, judged: ScrubbedBatch) -> ShadowedBatch:
    """Return how the shadow judges the claims of a batch; total, whatever the shadow does.

    Those with late documentation are not shown to it: what came when is known here only.
    """
    pairs = [pair for pair in judged.pairs if pair[1].disposition in DISPOSITIONS and pair[1].value is not None]
    asked = [(pair, claim) for pair in pairs if (claim := _claim(runtime, *pair)) is not None]
    real_s = sum(sum(verdict.stage_seconds.values()) for (_, verdict), _ in asked)
    answer = await shadow.judge([claim for _, claim in asked], real_s) if asked else None
    loaded, verdicts = answer or (ShadowLoaded(), [])
    found = [ShadowedClaim("skipped")] * (len(pairs) - len(verdicts))
    records = []
    for (pair, _), verdict in zip(asked, verdicts, strict=False):
        made = _compared(pair[1], verdict)
        found.append(made)
        if made.difference is not None:
            shown = (loaded, verdict.profile)
            records.append(difference_record(*pair, shown, made.difference, runtime.provenance))
    return ShadowedBatch(tuple(found), tuple(records))


def skipped(pairs: Sequence[Pair]) -> ShadowedBatch:
    """Return that the claims of a batch were not shown to the shadow."""
    outcomes = sum(verdict.disposition in DISPOSITIONS for _, verdict in pairs)
    return ShadowedBatch((ShadowedClaim("skipped"),) * outcomes)


def _claim(runtime: Runtime, message: InboundMessage, verdict: ClaimVerdict) -> ShadowClaim | None:
    parts = _PARTS.decode(verdict.value or b"")
    if parts.late_documents is not msgspec.UNSET:
        return None
    # Where the claim was corrected, the one that came in is beside it.
    value = parts.claim if isinstance(parts.original, msgspec.UnsetType) else parts.original
    seen = None if verdict.seen is None else SeenHistory.of(verdict.seen)
    return ShadowClaim(bytes(value), received_day(message, runtime.settings), seen)


def _compared(verdict: ClaimVerdict, shadow: ShadowVerdict) -> ShadowedClaim:
    if not shadow.disposition:
        return ShadowedClaim("failed")
    before = JudgedClaim(verdict.disposition, verdict.findings, (*verdict.no_data, *verdict.edit_errors))
    difference = compared(before, JudgedClaim(shadow.disposition, shadow.findings, shadow.undecided))
    return ShadowedClaim("same" if difference is None else "different", difference, verdict.billed)
