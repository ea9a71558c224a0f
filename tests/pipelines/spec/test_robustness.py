"""Whatever stands in a spec: a `Spec` or `SpecErrors`, never another exception."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.spec import SpecErrors, load_spec

GOOD: dict[str, Any] = {
    "name": "a",
    "extends": "base.yaml",
    "seed": 0,
    "store": "runs",
    "runner": {"kind": "local", "workers": 2},
    "stages": {
        "curate": {"component": "lab:curate", "with": {"source": {"kind": "ring"}}},
        "split": {"component": "lab:split", "inputs": {"dataset": "curate.dataset"}},
        "train": {
            "component": "lab:train",
            "with": {
                "steps": 10,
                "ratio": [1, 2],
                "discriminator": {"kind": "mlp", "units": [3]},
            },
        },
    },
    "matrix": {
        "seed": [0, 1],
        "train.discriminator.units.0": [3, 4],
        "train.discriminator.kind": ["mlp"],
        "exclude": [{"seed": 0, "train.discriminator.units.0": 4}],
    },
    "expect": [{"when": {"train.steps": 10}, "verdict": "healthy"}],
}


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, child in inner:
        yield from paths(child, (*path, key))


WORDS = ("a", "kind", "mlp", "", ".", "train", "train.steps", "seed", "lab:train",
         "split.curriculum", "curate.", ":", "a:b", "spec.yaml", "../x")  # fmt: skip
LEAVES = st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers(-1, 2) | (
    st.floats()
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2)
    ),
    max_leaves=4,
)
OVERRIDES = st.lists(
    st.builds(
        "{}={}".format,
        st.sampled_from(
            ["train.steps", "train.ratio.7", "seed", "runner.kind", "train"]
        )
        | st.sampled_from(WORDS),
        st.sampled_from(["1", "[1", "{kind: conv}", "", "x", "{a: 1, a: 2}"]),
    ),
    max_size=2,
)


def test_the_spec_that_is_broken_is_good(lab: Path) -> None:
    (lab / "base.yaml").write_text("name: base\nstages:\n")
    (lab / "spec.yaml").write_text(yaml.safe_dump(GOOD, sort_keys=False))
    assert len(load_spec("spec.yaml").trials) == 3


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(list(paths(GOOD))), VALUES), min_size=1, max_size=2
    ),
    overrides=OVERRIDES,
)
def test_only_spec_errors(
    lab: Path, changes: list[tuple[tuple[Any, ...], Any]], overrides: list[str]
) -> None:
    spec: Any = copy.deepcopy(GOOD)
    for path, value in changes:
        spec = replaced(spec, path, value)
    (lab / "base.yaml").write_text("name: base\nstages:\n")
    (lab / "spec.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))
    try:
        load_spec("spec.yaml", overrides)
    except SpecErrors as errors:
        assert errors.errors
        assert str(errors)


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with what stands at a path replaced, as far as the path leads."""
    if not path:
        return new
    copied = copy.copy(value)
    if (isinstance(copied, dict) and path[0] in copied) or (
        isinstance(copied, list) and path[0] in range(len(copied))
    ):
        copied[path[0]] = replaced(copied[path[0]], path[1:], new)
    return copied
