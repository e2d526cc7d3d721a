"""Operations: the image, manifests, alerts, dashboards and runbooks."""
