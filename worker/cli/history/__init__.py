"""`claimscrub history`."""
