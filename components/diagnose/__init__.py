"""The `diagnose` stage."""
