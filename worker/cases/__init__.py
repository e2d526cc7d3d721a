"""Case files: a claim, and what one edit must find in it."""
