"""Rules that several families apply: time limits, checklists, corrections."""
