"""The four pure steps from the bytes of a claim to its outcome."""
