"""An edit that takes its time, so that claims come in faster than they go out."""

import time
from collections.abc import Iterator

from worker.api import Citation, ClaimFacts, Context, Severity, Verdict, claim_edit, predicts

_SECONDS = 0.1


@claim_edit(
    "USR-91",
    severity=Severity.PEND,
    predicted=predicts(category="A6", status=("583",)),
    citation=Citation(source="The tests of claimscrub"),
)
def slow(_facts: ClaimFacts, _: Context) -> Iterator[Verdict]:
    """A claim that is looked at for a tenth of a second.

    Flagged: nothing.

    Accepted: every claim.
    """
    time.sleep(_SECONDS)
    yield from ()
