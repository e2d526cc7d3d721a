"""What several commands share: the console, options, files of claims, the broker."""
