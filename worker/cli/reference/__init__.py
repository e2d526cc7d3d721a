"""`claimscrub reference`."""
