"""What a plan is made of: nodes, their keys, and why they are not cached."""
