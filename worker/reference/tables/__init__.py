"""What the tables say, by date of service."""
