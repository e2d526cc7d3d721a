"""The tables' answers, by date of service."""
