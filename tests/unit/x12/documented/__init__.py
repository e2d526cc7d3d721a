"""What clearinghouses document of their claims in JSON."""
