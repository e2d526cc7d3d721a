"""The claim edits: one file an edit, in one folder a family."""
