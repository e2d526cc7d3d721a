"""Which edits run on what: the rulebook of a payer profile and its plan."""
