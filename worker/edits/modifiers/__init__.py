"""What the modifiers say and whether they may."""
