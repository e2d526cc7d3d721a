"""The shadow: a second configuration that judges beside the one in force, in a process of its own."""
