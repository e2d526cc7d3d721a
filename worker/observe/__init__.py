"""What ops see: the catalogue of metrics, the log lines, the health port."""
