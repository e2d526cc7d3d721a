"""Readers of the publishers' own files; each is handed bytes and returns editions or refuses."""
