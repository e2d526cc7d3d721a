"""Other payers, and claims that replace others."""
