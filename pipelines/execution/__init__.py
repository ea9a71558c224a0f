"""What an execution is made of: tasks, Beam jobs, workers, progress, signals."""
