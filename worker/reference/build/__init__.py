"""From files to one snapshot, or to everything that is wrong with them."""
