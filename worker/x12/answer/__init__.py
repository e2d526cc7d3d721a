"""The answers to submitters: TA1, 999 and 277CA."""
