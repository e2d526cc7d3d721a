"""Case files: a claim, and what one edit must say about it."""
