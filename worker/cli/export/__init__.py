"""`claimscrub export`."""
