"""Whether the drug and its administration fit together."""
