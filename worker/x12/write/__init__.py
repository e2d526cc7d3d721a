"""From claim messages to 837s."""
