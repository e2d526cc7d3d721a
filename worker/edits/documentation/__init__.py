"""What the medical record must hold."""
