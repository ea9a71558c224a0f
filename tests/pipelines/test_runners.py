"""A spec's runner becomes Beam's options; stores out of reach are refused."""

import pytest
from pydantic import ValidationError

from components.parts import Params
from pipelines.runners import Runner, environment_options


class Form(Params):
    runner: Runner


def read(**values):
    return Form.model_validate({"runner": values}).runner


def test_one_local_worker_is_the_driver_itself():
    runner = read(kind="local")
    assert runner.beam_name.endswith("FnApiRunner")
    assert "--direct_running_mode=in_memory" in runner.options()
    assert runner.processes == 0


def test_several_local_workers_are_processes():
    runner = read(kind="local", workers=3)
    assert "--direct_running_mode=multi_processing" in runner.options()
    assert "--direct_num_workers=3" in runner.options()
    assert runner.processes == 3


def test_the_direct_runner_is_never_used():
    kinds = {"dataflow": {"project": "p", "region": "r", "temp": "gs://t"}}
    for kind in sorted(set(Runner.kinds) - {"dask"}):
        assert "Direct" not in read(kind=kind, **kinds.get(kind, {})).beam_name


def test_beam_understands_the_options_of_every_runner():
    from apache_beam.options.pipeline_options import PipelineOptions

    kinds = {"dataflow": {"project": "p", "region": "r", "temp": "gs://t"}}
    for kind in sorted(set(Runner.kinds) - {"dask"}):
        options = read(kind=kind, **kinds.get(kind, {})).options()
        parsed = PipelineOptions(options).get_all_options(drop_default=False)
        for option in options:
            name = option.removeprefix("--").partition("=")[0]
            assert name in parsed, f"{kind}: {option}"


def test_dask_is_refused_with_its_reason():
    with pytest.raises(ValidationError, match="silently drops branches"):
        read(kind="dask")


@pytest.mark.parametrize(
    ("runner", "refused"),
    [
        ({"kind": "local"}, False),
        ({"kind": "local", "workers": 2}, True),
        ({"kind": "portable"}, True),
        ({"kind": "flink"}, True),
        ({"kind": "spark"}, True),
    ],
)
def test_memory_is_refused_where_workers_are_other_processes(runner, refused):
    reason = read(**runner).refuse("memory://store")
    assert bool(reason) == refused
    if reason:
        assert "share no memory" in reason and "memory://store" in reason


@pytest.mark.parametrize("store", ["runs", "/tmp/runs", "s3://bucket/runs"])
def test_stores_that_processes_share_are_accepted(store):
    assert read(kind="portable").refuse(store) is None


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("LOOPBACK", ["--environment_type=LOOPBACK"]),
        (
            "EXTERNAL:host:50000",
            ["--environment_type=EXTERNAL", "--environment_config=host:50000"],
        ),
        (
            "beam:env:x:v1|python -m worker",
            [
                "--environment_type=beam:env:x:v1",
                "--environment_config=python -m worker",
            ],
        ),
    ],
)
def test_environments(text, options):
    assert environment_options(text) == options
