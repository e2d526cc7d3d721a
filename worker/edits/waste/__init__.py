"""What was discarded of single-dose containers (JW and JZ)."""
