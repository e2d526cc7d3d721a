"""Who billed, rendered, ordered and received."""
