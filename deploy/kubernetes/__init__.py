"""The manifests for Kubernetes; `python -m deploy.kubernetes.write` writes the one that is generated."""
