"""The pages of the server: a claim as its form, codes by date, edits, and profiles."""
