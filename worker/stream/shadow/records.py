"""What a shadow makes of claims, and the record that says how it judges one otherwise."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from schemas.contract import schema_id
from schemas.outcome import Disposition, Severity
from schemas.shadow import ShadowDifference, ShadowFinding, ShadowVersions
from worker.kafka.messages import JSON_CONTENT_TYPE, Headers, InboundMessage
from worker.pipeline.comparison import ClaimDifference, FindingKey
from worker.stream.records import OutgoingRecord, Provenance, cloud_event, correlation
from worker.stream.scrubber import ClaimVerdict
from worker.stream.shadow.frames import ShadowLoaded

_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:claimscrub:shadow")
_SCHEMA: Final = schema_id("shadow-difference").encode()
ShadowResult = Literal["same", "different", "failed", "skipped"]


class ShadowedClaim(NamedTuple):
    """What the shadow made of a claim.

    Attributes:
        result: Whether it judged the claim, and as it was judged.
        difference: How it differs; None when it does not, or is not known.
        charge: The total charge in dollars; None when it cannot be read.
    """

    result: ShadowResult
    difference: ClaimDifference | None = None
    charge: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShadowedBatch:
    """What a shadow made of the claims of a batch, and the records that say so."""

    claims: tuple[ShadowedClaim, ...] = ()
    records: tuple[OutgoingRecord, ...] = ()


def difference_record(
    message: InboundMessage,
    verdict: ClaimVerdict,
    shadow: tuple[ShadowLoaded, str],
    difference: ClaimDifference,
    provenance: Provenance,
) -> OutgoingRecord:
    """Return the record of a difference, in the partition of its outcome; `shadow` is what judged, and the profile."""
    loaded, profile = shadow
    value = ShadowDifference(
        outcome_id=verdict.outcome_id or "",
        before=Disposition(difference.before),
        after=Disposition(difference.after),
        charge=verdict.billed,
        new=_findings(difference.new),
        gone=_findings(difference.gone),
        undecided=difference.undecided,
        decided=difference.decided,
        in_force=ShadowVersions(**{name: verdict.versions.get(name, "") for name in ShadowVersions.model_fields}),
        shadow=ShadowVersions(ruleset=loaded.ruleset, reference=loaded.reference, profile=profile),
    )
    event = uuid.uuid5(_IDS, f"{verdict.outcome_id}/{loaded.ruleset}/{loaded.reference}")
    headers: Headers = (
        *cloud_event(str(event), "claim.shadowed", message, provenance),
        ("ce_dataschema", _SCHEMA),
        ("content-type", JSON_CONTENT_TYPE),
        *correlation(message, provenance),
    )
    written = value.model_dump_json(by_alias=True, exclude_none=True).encode()
    written, headers = provenance.stamp.on(provenance.topics.shadow, written, headers)
    return OutgoingRecord(provenance.topics.shadow, message.partition, message.key, written, headers)


def _findings(findings: Sequence[FindingKey]) -> tuple[ShadowFinding, ...]:
    return tuple([ShadowFinding(edit=edit, severity=Severity(severity)) for edit, severity, *_ in findings])
