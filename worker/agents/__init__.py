"""The Faust agents: thin loops around the pipeline."""

from worker.agents.claims import attach_claims
from worker.agents.reference import attach_reference

AGENTS = (attach_claims, attach_reference)

__all__ = ["AGENTS", "attach_claims", "attach_reference"]
