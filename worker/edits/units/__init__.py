"""How much was billed."""
