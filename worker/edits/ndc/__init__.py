"""Which package the drug came from."""
