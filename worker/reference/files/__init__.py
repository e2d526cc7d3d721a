"""The files of a reference folder: manifests, editions, cells, rows."""
