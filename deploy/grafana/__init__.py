"""The dashboards, as code; `make generate` writes them."""
