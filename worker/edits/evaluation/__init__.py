"""Visits on the day of an administration."""
