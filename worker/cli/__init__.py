"""The claimscrub command."""
