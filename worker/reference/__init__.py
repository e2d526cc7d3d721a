"""Reference tables answered by date of service."""
