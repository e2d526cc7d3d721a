"""Synthetic claims: a sound one, the drugs of the demo, and the mistakes that billers make."""
