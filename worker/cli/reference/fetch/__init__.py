"""`claimscrub reference fetch`: gets the publishers' files, shows what they change, and imports them when told to."""
