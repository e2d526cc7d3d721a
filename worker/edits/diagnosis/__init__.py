"""Why it was done."""
