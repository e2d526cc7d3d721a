"""Swaps the reference tables under a running worker."""
