"""Text to `Spec`: reader with positions, models, extends, matrix, --set, schema."""
