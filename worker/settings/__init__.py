"""What an operator can set: the CLAIMSCRUB_ variables, read once and checked together."""

from worker.settings.environment import SettingsError, environment_example
from worker.settings.fields import (
    CLAIM_BUDGET_S,
    ENV_PREFIX,
    Acknowledgements,
    DeliveryGuarantee,
    HistoryMode,
    SchemaIdPlace,
    SecurityProtocol,
)
from worker.settings.settings import Settings

__all__ = [
    "CLAIM_BUDGET_S",
    "ENV_PREFIX",
    "Acknowledgements",
    "DeliveryGuarantee",
    "HistoryMode",
    "SchemaIdPlace",
    "SecurityProtocol",
    "Settings",
    "SettingsError",
    "environment_example",
]
