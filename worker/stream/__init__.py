"""The running worker: the app, the lanes, the delivery policies."""
