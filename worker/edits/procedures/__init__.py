"""What was done, and whether the code is the right one."""
