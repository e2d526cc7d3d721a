"""How outcomes and their parts are shown to a biller."""
