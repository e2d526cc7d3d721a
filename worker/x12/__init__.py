"""ASC X12: 837 claims in, 837, 277CA and 999 out. Pure: byte streams and documents, no files, no clock."""
