"""`claimscrub compare`: what two configurations make of the same claims."""
