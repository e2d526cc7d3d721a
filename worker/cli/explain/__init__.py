"""`claimscrub explain`."""
