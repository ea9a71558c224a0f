"""An eager PyTorch loop, as its tutorials write it."""

from typing import Any

import torch
from cases import Case
from torch.nn.functional import softplus

from contenders import Contender, timed
from contenders.eager_networks import networks


class Eager(Contender):
    """Two networks, two Adams, one step after the other.

    Args:
        case: what is trained.
        channels_last: whether images lie in memory as (height, width, channels).
        threads: that an operation may use; None: one a core. Where others are at the
            machine too, threads that wait for each other at every operation crawl.
    """

    def __init__(
        self, case: Case, channels_last: bool = False, threads: int | None = None
    ) -> None:
        self.threads = threads or torch.get_num_threads()
        self.name = "eager PyTorch" + ", channels last" * channels_last
        self.name += ", 1 thread" * (threads == 1)
        self.case, self.params = case, case.params
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.generator, self.discriminator = (
            network.to(self.device, memory_format=layout) for network in networks(case)
        )
        data = torch.from_numpy(case.data)
        if data.ndim == 4:
            data = data.permute(0, 3, 1, 2).contiguous(memory_format=layout)
        self.data = data.to(self.device)
        adam = self.params.optimizer
        settings: dict[str, Any] = {
            "lr": adam.learning_rate,
            "betas": (adam.beta_1, adam.beta_2),
            "eps": adam.epsilon,
        }
        self.optimizers = [
            torch.optim.Adam(network.parameters(), **settings)
            for network in (self.discriminator, self.generator)
        ]

    def play(self, steps: int) -> float:
        torch.set_num_threads(self.threads)

        def run() -> None:
            for _ in range(steps):
                self.step()
            if self.device == "cuda":
                torch.cuda.synchronize()

        return steps / timed(run)

    def samples(self) -> torch.Tensor:
        size = self.params.batch_size, self.params.latents.size
        return self.generator(torch.randn(size, device=self.device))

    def step(self) -> None:
        size = self.params.batch_size
        rows = torch.randint(len(self.data), (size,), device=self.device)
        with torch.no_grad():
            fake = self.samples()
        scores = self.discriminator(torch.cat([self.data[rows], fake]))
        loss = softplus(-scores[:size]).mean() + softplus(scores[size:]).mean()
        self.move(0, loss)
        # Slopes by D's parameters are not asked for in G's turn.
        self.discriminator.requires_grad_(False)
        loss = softplus(-self.discriminator(self.samples())).mean()
        self.move(1, loss)
        self.discriminator.requires_grad_(True)

    def move(self, player: int, loss: torch.Tensor) -> None:
        self.optimizers[player].zero_grad()
        loss.backward()
        self.optimizers[player].step()
