"""What is known, in words and plain data, for whoever shows it: a terminal, a page or a program."""
