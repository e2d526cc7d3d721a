"""Whether something is billed twice."""
