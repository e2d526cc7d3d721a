"""The dashboards, as code; `python -m deploy.grafana.write` writes them."""
