"""Drug arithmetic: doses, units, containers, packages, and the waste ledger."""
