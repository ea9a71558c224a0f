"""What the store is made of: files, manifests, checks and collection."""
