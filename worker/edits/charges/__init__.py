"""Whether the charges fit the units."""
