"""The files of an operator: profiles, guides and edits of their own, read once when claimscrub starts."""
