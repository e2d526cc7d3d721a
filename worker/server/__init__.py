"""`claimscrub serve`: an HTTP API and a workbench in the browser, with the worker's verdicts."""
