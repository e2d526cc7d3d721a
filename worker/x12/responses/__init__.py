"""Payers' answers, read: remittances (835), claim acknowledgments (277CA), implementation acknowledgments (999)."""
