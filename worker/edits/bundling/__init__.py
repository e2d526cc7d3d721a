"""Codes that are not paid beside each other, or not by themselves."""
