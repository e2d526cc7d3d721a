"""Groups of procedure codes and places, by what they have in common."""
