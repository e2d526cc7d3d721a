"""The Faust agents: thin loops around the pipeline."""

from worker.agents.claims import attach_claims

AGENTS = (attach_claims,)

__all__ = ["AGENTS", "attach_claims"]
