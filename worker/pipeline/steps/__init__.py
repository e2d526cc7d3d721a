"""The steps from bytes to a disposition, in the order of the tour."""
