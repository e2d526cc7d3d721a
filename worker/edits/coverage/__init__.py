"""What Medicare covers under conditions that a claim must show."""
