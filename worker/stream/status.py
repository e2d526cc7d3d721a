"""The figures of the status page: counts and versions, nothing of any claim."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson

from worker.observe.health import HealthState
from worker.observe.metrics import OUTCOMES, SHADOW_RESULTS
from worker.observe.recorder import Recorder
from worker.reference.build.endings import endings
from worker.settings import Settings
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition
from worker.stream.shadow.shadow import Shadow

MOST_FINDINGS: Final = 10
_NOT_SHOWN: Final = frozenset({"sasl_username", "operator", "revision"})


class WorkerStatus:
    """Answers `/status.json` on the thread of the health port."""

    def __init__(self, settings: Settings, recorder: Recorder, health: HealthState, version: str) -> None:
        self._settings = settings
        self._recorder = recorder
        self._health = health
        self._version = version
        self._started = time.time()
        self.loaded: Callable[[], LoadedScrubber] | None = None
        """What scrubs at the moment; none before it is loaded."""
        self.shadow: Shadow | None = None
        """What judges beside it; none unless it is wanted."""

    def document(self) -> bytes:
        """Return the page's figures as JSON."""
        recorder, moment = self._recorder, time.time()
        today = datetime.fromtimestamp(moment, UTC).date()
        loaded = None if self.loaded is None else self.loaded()
        return orjson.dumps(
            {
                "at": moment,
                "alive": self._health.is_alive(),
                "ready": self._health.readiness(),
                "version": self._version,
                "delivery": self._settings.delivery,
                "upSeconds": moment - self._started,
                "brokerSilentSeconds": recorder.value("broker_silent_seconds"),
                "outcomes": self._outcomes(),
                "findings": self._findings(loaded),
                "partitions": self._partitions(),
                "deadLetters": self._dead_letters(),
                "ended": self._ended(loaded, today),
                "editions": self._editions(loaded, today),
                "shadow": self._shadow(),
                "settings": self._versions(loaded) | self._own_settings(),
            }
        )

    def _outcomes(self) -> list[dict[str, Any]]:  # Any: JSON
        claims, billed = self._recorder.by_label("claims_total"), self._recorder.by_label("billed_dollars_total")
        return [
            {"outcome": outcome, "claims": claims[outcome,], "dollars": billed.get((outcome,))} for outcome in OUTCOMES
        ]

    def _findings(self, loaded: LoadedScrubber | None) -> list[dict[str, Any]]:  # Any: JSON
        counts: dict[str, float] = {}
        for (edit, _severity), value in self._recorder.by_label("findings_total").items():
            counts[edit] = counts.get(edit, 0.0) + value
        held = self._recorder.by_label("held_dollars_total")
        words = {} if loaded is None else loaded.edit_words
        most = sorted((edit for edit in counts if counts[edit]), key=lambda edit: (-counts[edit], edit))
        return [
            {
                "edit": edit,
                "words": words.get(edit, ""),
                "findings": counts[edit],
                "dollarsHeld": held.get((edit,), 0.0),
            }
            for edit in most[:MOST_FINDINGS]
        ]

    def _shadow(self) -> dict[str, Any] | None:  # Any: JSON
        if self.shadow is None:
            return None
        claims, loaded = self._recorder.by_label("shadow_claims_total"), self.shadow.loaded
        return {
            "state": self.shadow.state,
            "offBecause": self.shadow.off_because,
            "claims": {result: claims[result,] for result in SHADOW_RESULTS},
            "flips": self._recorder.total("shadow_flips_total"),
            "dollars": self._recorder.total("shadow_flipped_dollars_total"),
            "share": self.shadow.share,
            "ruleset": None if loaded is None else loaded.ruleset,
        }

    def _partitions(self) -> list[dict[str, Any]]:  # Any: JSON
        waits = self._recorder.by_label("consumer_lag_seconds")
        return [
            {"partition": place[1], "behind": behind, "waitsSeconds": waits.get(place, 0.0)}
            for place, behind in sorted(self._recorder.by_label("consumer_lag_records").items())
        ]

    def _dead_letters(self) -> list[dict[str, Any]]:  # Any: JSON
        counts = self._recorder.by_label("dead_letters_total")
        return [
            {"reason": reason, "stage": stage, "messages": messages}
            for (reason, stage), messages in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if messages
        ]

    def _ended(self, loaded: LoadedScrubber | None, today: date) -> list[dict[str, Any]]:  # Any: JSON
        return [
            {"table": each.table, "words": each.in_words(today), "isCarried": each.is_carried(today)}
            for each in endings(() if loaded is None else loaded.editions, today)
        ]

    def _editions(self, loaded: LoadedScrubber | None, today: date) -> list[dict[str, Any]]:  # Any: JSON
        if loaded is None:
            return []

        def described(each: ReferenceEdition) -> dict[str, Any]:  # Any: JSON
            is_over = each.in_force_to is not None and each.in_force_to < today
            return {
                "table": each.table,
                "edition": each.edition,
                "from": each.in_force_from,
                "to": each.in_force_to,
                "isOver": is_over,
            }

        return [described(each) for each in sorted(loaded.editions, key=lambda each: (each.table, each.edition))]

    def _versions(self, loaded: LoadedScrubber | None) -> dict[str, str]:
        versions = {} if loaded is None else dict(loaded.versions)
        return {
            "version": self._version,
            "revision": self._settings.revision,
            "settings digest": self._settings.digest,
        } | versions

    def _own_settings(self) -> dict[str, str]:
        """Return what was set, as variables; the rest is at its default. No setting holds a secret itself."""
        given = self._settings.model_dump(mode="json", exclude_defaults=True, exclude=set(_NOT_SHOWN))
        return {f"CLAIMSCRUB_{name.upper()}": str(value) for name, value in given.items()}
