"""Mechanical corrections: which are made, and how a patch is applied."""
