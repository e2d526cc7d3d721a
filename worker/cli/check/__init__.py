"""`claimscrub check`."""
