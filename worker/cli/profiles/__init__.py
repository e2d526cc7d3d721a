"""`claimscrub profiles`."""
