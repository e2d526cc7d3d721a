"""`claimscrub replay`."""
