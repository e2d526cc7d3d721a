"""What the payer wanted to be asked first."""
