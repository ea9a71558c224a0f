"""The `curate` stage: from a source to validated, scaled, deduplicated records."""
