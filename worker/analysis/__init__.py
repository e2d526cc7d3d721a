"""What outcomes add up to: figures over millions of them, the page that shows them, and files for other programs.

Needs the extra `report`; nothing here is imported before a command that needs it runs.
"""
