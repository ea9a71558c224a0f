"""What the commands say: running, plans, the catalog, verdicts."""
