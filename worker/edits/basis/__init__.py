"""Edits on what a verdict rests on."""
