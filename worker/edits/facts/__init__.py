"""What edits look at: the claim, its lines and drugs, the record, and where an element is."""
