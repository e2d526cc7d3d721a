"""Where the publishers list their files, which of them make an edition, and whether what has come is such a file."""
