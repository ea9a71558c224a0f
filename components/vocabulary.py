"""The ids of symptoms, causes and verdicts, each with its meaning in one line.

They are stable: reports, expectations in specs and tests name failures by them.
"""

SYMPTOMS: dict[str, str] = {
    "mode_collapse": "samples cover only a part of the data's modes",
    "low_fidelity": "samples do not look like the data",
    "no_learning": "samples are no better than those of the untrained generator",
    "oscillation": "samples wander between parts of the data instead of settling",
    "divergence": "samples get worse and worse after they had been better",
    "tail_neglect": "samples cover the data's dense core but not its rare records",
    "memorization": "samples copy training records instead of new ones",
    "misleading_metric": "one metric reads well where others show a failure",
}

CAUSES: dict[str, str] = {
    "vanishing_gradient": "the objective saturates: samples get no gradient",
    "batch_norm_leakage": "the discriminator reads batch statistics, not the sample",
    "rotational_dynamics": "the players circle the equilibrium instead of settling",
    "flat_diversity": "the loss has no slope along directions of more diversity",
    "gradient_noise": "gradients of two batches point to different directions",
    "missing_curriculum": "hard outliers are asked for before the core is learnt",
    "lipschitz_violation": "the critic's slope is not bounded where it must be",
    "player_imbalance": "one player is far ahead of the other",
    "insufficient_capacity": "the latents or a network are too small for the data",
    "step_size_too_large": "a player's learning rate is too large for its loss",
    "numerical_overflow": "a loss or a gradient became NaN or infinite",
    "data_fault": "the data itself is wrong",
}

VERDICTS: dict[str, str] = {
    "healthy": "no symptom was found",
    "failed": "a symptom and its cause were found",
    "undetermined": "the evidence does not decide between rival causes",
    "measured": "figures were measured, and no diagnosis was made",
}
