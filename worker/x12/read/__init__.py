"""From bytes to claim messages, and to what is wrong with the bytes."""
