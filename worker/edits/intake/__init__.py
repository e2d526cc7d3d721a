"""Is the claim whole and readable."""
