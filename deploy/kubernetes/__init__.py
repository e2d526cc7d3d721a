"""The manifests for Kubernetes; `make generate` writes the one that is generated."""
