"""`claimscrub report`."""
