"""What payers' answers say of the edits: findings that were confirmed, those paid all the same, denials missed."""
