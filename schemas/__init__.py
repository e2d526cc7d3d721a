"""The contracts: everything that crosses a topic."""
