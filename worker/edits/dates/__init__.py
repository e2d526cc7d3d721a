"""When it was done and when it was sent."""
