"""`claimscrub learn`: what payers' answers say of the edits."""
