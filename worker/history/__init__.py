"""A memory of earlier claims: whose they are, what is kept of each, where, and what an edit sees of them."""
