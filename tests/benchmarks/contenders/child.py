"""The contenders of one framework, in a process of their own.

TensorFlow and PyTorch crash in one process, and Keras knows one backend a process. The
parent asks for a contender's round and waits, so that only one plays at a time.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[1] / "training.py"
KERAS = {"torch": "jax", "tensorflow": "tensorflow", "jax": "jax"}
"""Keras's backend by framework; beside PyTorch it only gives the first weights."""


class Child:
    """The parent's end: the child's contenders by number."""

    def __init__(self, case: str, framework: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "--child", framework, "--case", case],
            env={
                **os.environ,
                "KERAS_BACKEND": KERAS[framework],
                "TF_CPP_MIN_LOG_LEVEL": "3",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        told = self.answer()
        self.contenders: list[dict[str, Any]] = told["contenders"]
        self.flops: int = told["flops"]

    def answer(self) -> Any:
        """The next line of JSON, past what libraries print.

        Raises:
            SystemExit: if the child ended instead.
        """
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("@"):
                return json.loads(line[1:])
        raise SystemExit(f"A child ended with {self.process.wait()}: see above")

    def play(self, number: int, steps: int) -> dict[str, float]:
        assert self.process.stdin is not None
        print(number, steps, file=self.process.stdin, flush=True)
        return dict(self.answer())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def serve(case: Any, framework: str) -> None:
    """The child's end."""
    contenders = made(case, framework)
    told = []
    for contender in contenders:
        contender.warm()
        told.append({"name": contender.name, "compile": contender.compile_seconds})
    say({"contenders": told, "flops": flops(case)})
    for line in sys.stdin:
        number, steps = map(int, line.split())
        rate = contenders[number].play(steps)
        say({"rate": rate, **contenders[number].shares()})
    for contender in contenders:
        contender.close()


def say(value: Any) -> None:
    print("@" + json.dumps(value), flush=True)


def flops(case: Any) -> int:
    from cases import step_flops

    from components.train.game import Game

    game = Game(case.params, case.data.shape[1:], 0)
    return step_flops(game.generator, game.discriminator, case.params.batch_size)


def made(case: Any, framework: str) -> list[Any]:
    if framework == "torch":
        from contenders.eager import Eager

        other = Eager(case, True) if case.convolutional else Eager(case, threads=1)
        return [Eager(case), other]
    from contenders.engine import Engine, Observed
    from contenders.product import Product

    if framework == "jax":
        return [Engine(case, "JAX"), Observed(case, "JAX"), Product(framework)]
    from contenders.fit import BestFit, Fit, Way

    return [
        Engine(case, "TensorFlow"),
        Observed(case, "TensorFlow"),
        Fit(case, Way(), "Keras fit, default"),
        BestFit(case),
        Product(framework),
    ]
