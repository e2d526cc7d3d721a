"""FHIR R4 Claim resources in: each mapped to the claim message, and what has no field in it named. Pure."""
