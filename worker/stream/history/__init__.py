"""The memory of a partition: its store, what is not yet durable, and the changelog that both are restored from."""
