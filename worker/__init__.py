"""The claimscrub worker: decode, enrich, check and decide, and the stream around it."""
