"""Where the service was done."""
