"""Payer profiles: which edits apply to whom, how severely, with which options."""
