"""Games that can be solved on paper: their data, and what they read against theory."""
