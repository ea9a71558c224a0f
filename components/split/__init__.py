"""The `split` stage: training and holdout records, graded from core to outliers."""
