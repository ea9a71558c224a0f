"""The `split` stage."""
