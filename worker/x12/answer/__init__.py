"""What submitters are answered: TA1, 999 and 277CA."""
