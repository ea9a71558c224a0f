"""What a run is made of: one folder a stage, and what the stages share."""
