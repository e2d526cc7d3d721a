"""`claimscrub demo`."""
